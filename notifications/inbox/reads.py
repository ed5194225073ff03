"""The verbs of one's inbox: deliveries by the inbox's backend that were made, the newest first.

What it shows is rendered when it is asked for. That one has read something does not change when it
was sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from notifications.backends import Delivery, InboxBackend
from notifications.configuration.entries import NotificationEntry
from notifications.database.pagination import Page, newest
from notifications.database.routing import one_database, writing
from notifications.delivery import contexts
from notifications.errors import NotFound
from notifications.models import Backend, Notification, SentNotification, State
from notifications.precedence import Source
from notifications.preferences.matrix import permitted
from notifications.preferences.user_state import look
from notifications.reasons import reason
from notifications.site import language_of, use_language
from notifications.subjects import saved_user


@dataclass(frozen=True, slots=True)
class Entry:
    """One message to `user`. `notification` is None where they may not see it, or not any more."""

    id: int
    user: Any
    notification: NotificationEntry | None
    read: bool
    sent: datetime
    source: Source
    groups: tuple[str, ...]
    row: SentNotification

    def title(self) -> str:
        return self._backend().heading(self.user, self._context())

    def text(self) -> str:
        return self._backend().show(self.user, self._context())

    def reason(self) -> str:
        """Why they got it, as a sentence in their language."""
        with use_language(language_of(self.user)):
            return reason(self.source, self.groups)

    def _backend(self) -> InboxBackend:
        """Return an instance of the project's class, if it can be used and renders entries."""
        backend = self.row.backend
        usable = backend.klass and not backend.problem
        named = backend.backendclass if usable else InboxBackend
        klass = named if issubclass(named, InboxBackend) else InboxBackend
        return klass(self.row.notification)

    def _context(self) -> dict[str, Any]:
        delivery = Delivery(str(self.id), self.source, self.groups)
        context = contexts.decode(self.row.send.context, user=self.user)
        return {**context, "delivery": delivery}


def read(
    *, user: Any, first: int, after: int | None = None, unread_only: bool = False
) -> Page[Entry]:
    """Return a page of the user's inbox; two statements. `after` is the key of an entry."""
    rows = _entries(user)
    with one_database():
        page = newest(rows.filter(read=False) if unread_only else rows, first=first, after=after)
        return Page(_made(user, page.items), page.more)


def entry(*, user: Any, key: int) -> Entry | None:
    """Return the entry with this primary key; None where it is none of the user's."""
    with one_database():
        return next(iter(_made(user, _entries(user).filter(pk=key))), None)


def unread_count(*, user: Any) -> int:
    return _entries(user).filter(read=False).count()


def mark_read(*, user: Any, entries: Mapping[str, int]) -> tuple[Entry, ...]:
    """Mark entries of the user as read, and return them in their order; all of them, or none.

    `entries` maps the ids that a caller knows them by to primary keys. Raises NotFound with the
    first id that is none of the user's.
    """
    with writing():
        chosen = _entries(user).filter(pk__in=entries.values())
        _mark(chosen)
        found = {made.id: made for made in _made(user, chosen)}
        for id_, key in entries.items():
            if key not in found:
                raise NotFound(id_)
    return tuple(found[key] for key in entries.values())


def mark_all_read(*, user: Any, up_to: int | None = None) -> int:
    """Mark as read what is in the user's inbox, and return how many entries had not been.

    Entries newer than the one with the key `up_to` stay as they are: nobody has seen them yet.
    (An older one may arrive later, where a transaction takes its time. `mark_read` knows better.)
    """
    rows = _entries(user)
    with writing():
        return _mark(rows if up_to is None else rows.filter(pk__lte=up_to))


def _entries(user: Any) -> QuerySet[SentNotification]:
    # The backend as a subquery: joined to it, databases do not see that an index has the order.
    backend = Backend.objects.filter(name=InboxBackend.name).order_by().values("pk")[:1]
    rows = SentNotification.objects.filter(
        user=saved_user(user).pk, backend=backend, state=State.SENT
    )
    # Of a page of 100, creating model instances takes most of the time: only what is used.
    return rows.select_related("notification", "backend", "send").only(*_USED)


_USED = (
    *("read", "updated", "source", "groups", "user", "send__context"),
    *("backend__name", "backend__klass", "backend__listed"),
    *(f"notification__{field.name}" for field in Notification._meta.concrete_fields),
)


def _made(user: Any, rows: Iterable[SentNotification]) -> tuple[Entry, ...]:
    seen = look([user.pk])
    may_see = permitted(user, seen.facts[user.pk], seen.snapshot.configuration)
    known = {about.id: about for about in seen.snapshot.configuration.public if may_see(about)}
    return tuple(
        Entry(
            row.pk,
            user,
            known.get(row.notification_id),
            row.read,
            row.updated,
            Source(row.source),
            tuple(row.groups),
            row,
        )
        for row in rows
    )


def _mark(rows: QuerySet[SentNotification]) -> int:
    """Lock in one order, whoever marks what; `updated` stays: that is when it was sent."""
    unread = rows.filter(read=False).select_related(None).order_by("pk")
    locked = unread.select_for_update(of=("self",)).values("pk")
    return SentNotification.objects.filter(pk__in=locked).update(read=True)
