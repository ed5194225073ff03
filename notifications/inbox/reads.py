"""Entries of an inbox: the deliveries by the in-app backend to one user, the newest first.

Titles and texts are rendered when they are read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from notifications.arguments import saved_user
from notifications.backends import Delivery, InboxBackend
from notifications.configuration.entries import NotificationEntry
from notifications.database.routing import one_database
from notifications.delivery import contexts
from notifications.delivery.history import Page, newest
from notifications.models import Backend, Notification, SentNotification, State
from notifications.precedence import Source
from notifications.preferences.rows import held_permissions, permission_check
from notifications.preferences.user_state import load_users
from notifications.site import language_of, use_language


@dataclass(frozen=True, slots=True)
class Entry:
    """One message to `user`. `notification` is None if the user may not see it.

    `source` is None if no layer decided: `Backend.send` delivers regardless of preferences.
    """

    id: int
    user: Any
    notification: NotificationEntry | None
    read: bool
    sent: datetime
    source: Source | None
    groups: tuple[str, ...]
    row: SentNotification

    def title(self) -> str:
        """Render the title, one line of plain text in the user's language."""
        return self._backend().render_title(self.user, self._context())

    def text(self) -> str:
        """Render the plain text in the user's language."""
        return self._backend().render_text(self.user, self._context())

    def reason(self) -> str:
        """Return the reason as a sentence in the user's language; empty without a source."""
        with use_language(language_of(self.user)):
            return self._delivery().reason

    def _backend(self) -> InboxBackend:
        """Return the project's backend if it can render entries, else an InboxBackend."""
        backend = self.row.backend
        usable = backend.klass and not backend.problem
        own = backend.backendclass if usable else InboxBackend
        klass = own if issubclass(own, InboxBackend) else InboxBackend
        return klass(self.row.notification)

    def _context(self) -> dict[str, Any]:
        context = contexts.decode(self.row.send.context, user=self.user)
        return {**context, "delivery": self._delivery()}

    def _delivery(self) -> Delivery:
        return Delivery(str(self.id), self.source, self.groups)


def read(
    *, user: Any, first: int, after: int | None = None, unread_only: bool = False
) -> Page[Entry]:
    """Return a page of the user's inbox; two statements. `after` is the key of an entry."""
    found = rows(user).filter(read=False) if unread_only else rows(user)
    with one_database():
        page = newest(found, first=first, after=after)
        return Page(entries(user, page.items), page.more)


def entry(*, user: Any, key: int) -> Entry | None:
    """Return the entry with this primary key; None if the user has no such entry."""
    with one_database():
        return next(iter(entries(user, rows(user).filter(pk=key))), None)


def unread_count(*, user: Any) -> int:
    """Return the number of unread entries; one statement."""
    return rows(user).filter(read=False).count()


def rows(user: Any) -> QuerySet[SentNotification]:
    """Return the deliveries that are the entries of the user's inbox."""
    # A subquery for the backend: with a join, databases do not use the index for the order.
    backend = Backend.objects.filter(name=InboxBackend.name).order_by().values("pk")[:1]
    found = SentNotification.objects.filter(
        user=saved_user(user).pk, backend=backend, state=State.SENT
    )
    # Creating model instances takes most of the time of a page: only with the fields in use.
    return found.select_related("notification", "backend", "send").only(*_FIELDS)


_FIELDS = (
    *("read", "updated", "source", "groups", "user", "send__context"),
    *("backend__name", "backend__klass", "backend__listed"),
    *(f"notification__{field.name}" for field in Notification._meta.concrete_fields),
)


def entries(user: Any, found: Iterable[SentNotification]) -> tuple[Entry, ...]:
    """Return the entries of these deliveries, in their order."""
    loaded = load_users([user.pk])
    configuration = loaded.snapshot.configuration
    held = held_permissions(user, loaded.states[user.pk], configuration)
    may_see = permission_check(user, held)
    known = {about.id: about for about in configuration.public if may_see(about)}
    return tuple(
        Entry(
            row.pk,
            user,
            known.get(row.notification_id),
            row.read,
            row.updated,
            Source(row.source) if row.source else None,
            tuple(row.groups),
            row,
        )
        for row in found
    )
