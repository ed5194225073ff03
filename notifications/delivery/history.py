"""History of deliveries for operators: recipients, states and reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from notifications.arguments import name_of
from notifications.configuration.entries import BackendEntry, Configuration, NotificationEntry
from notifications.configuration.groups import Membership
from notifications.database.routing import one_database
from notifications.errors import InvalidInput, one_of
from notifications.models import Backend, NotificationDoesNotExist, SentNotification, State
from notifications.precedence import Source
from notifications.preferences.reads import configured
from notifications.preferences.user_state import load_users
from notifications.preferences.validation import visible

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items from the newest to the oldest; `more` is true if there are older ones."""

    items: tuple[T, ...]
    more: bool


def newest(rows: QuerySet[Any], *, first: int, after: int | None) -> Page[Any]:
    """Return at most `first` rows, those older than the one with the key `after`; one statement.

    All pages cost the same, since they begin at a key.
    """
    older = rows if after is None else rows.filter(pk__lt=after)
    found = list(older.order_by("-pk")[: first + 1])
    return Page(tuple(found[:first]), len(found) > first)


@dataclass(frozen=True)
class Recipients:
    """Primary keys of the users of a page, whose groups are loaded together."""

    keys: tuple[Any, ...]

    @cached_property
    def groups(self) -> dict[Any, tuple[Membership, ...]]:
        """Groups of all users by the users' keys; one statement, at the first access."""
        states = load_users(self.keys).states
        return {key: states[key].groups.memberships for key in self.keys}


@dataclass(frozen=True, slots=True)
class Record:
    """One delivery with its state.

    `error` is the class of the error of the last attempt. `source` is the layer that decided; None
    if the delivery is not decided, if the notification was no longer sent by this backend, or if
    `Backend.send` delivered regardless of preferences.
    """

    id: int
    user: Any
    notification: NotificationEntry
    backend: BackendEntry
    state: State
    attempts: int
    error: str
    key: str
    source: Source | None
    groups: tuple[str, ...]
    created: datetime
    updated: datetime
    recipients: Recipients

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """Current groups of the user."""
        return self.recipients.groups.get(self.user.pk, ())


def deliveries(  # noqa: PLR0913 - one argument a filter
    *,
    notification: str,
    first: int,
    after: int | None = None,
    backend: str | None = None,
    state: State | None = None,
    public_only: bool = False,
) -> Page[Record]:
    """Return a page of a notification's deliveries, the newest first; two statements.

    `after` is the key of a delivery. Raises UnknownNotification, and InvalidInput for an unknown
    backend.
    """
    notification, backend = name_of(notification), name_of(backend)
    with one_database():
        configuration = configured()
        known = visible(configuration, public_only=public_only)
        if notification not in known:
            raise NotificationDoesNotExist(notification, known=known)
        rows = _rows().filter(notification=known[notification].id)
        if backend is not None:
            rows = rows.filter(backend=_backend_id(backend))
        if state is not None:
            rows = rows.filter(state=state)
        page = newest(rows, first=first, after=after)
    return Page(_records(page.items, configuration, public_only=public_only), page.more)


def delivery(*, key: int, public_only: bool = False) -> Record | None:
    """Return the delivery with this primary key; None if there is none.

    With `public_only`, deliveries of private notifications are left out, in `deliveries` too.
    """
    with one_database():
        rows = _rows().filter(pk=key)
        return next(iter(_records(rows, configured(), public_only=public_only)), None)


def _rows() -> QuerySet[SentNotification]:
    return SentNotification.objects.select_related("user", "backend", "send")


def _backend_id(name: str) -> int:
    known = dict(Backend.objects.values_list("name", "pk"))
    if name not in known:
        raise InvalidInput("backend", f"There is no backend named {name!r}. {one_of(known)}")
    return known[name]


def _records(
    rows: Iterable[SentNotification], configuration: Configuration, *, public_only: bool
) -> tuple[Record, ...]:
    rows = tuple(rows)
    recipients = Recipients(tuple({row.user_id for row in rows}))
    known = {entry.id: entry for entry in visible(configuration, public_only=public_only).values()}
    return tuple(
        _record(row, known[row.notification_id], recipients)
        for row in rows
        if row.notification_id in known
    )


def _record(
    row: SentNotification, notification: NotificationEntry, recipients: Recipients
) -> Record:
    return Record(
        id=row.pk,
        user=row.user,
        notification=notification,
        backend=_backend(row.backend),
        state=State(row.state),
        attempts=row.attempts,
        error=row.error,
        key=row.send.key,
        source=Source(row.source) if row.source else None,
        groups=tuple(row.groups),
        created=row.created,
        updated=row.updated,
        recipients=recipients,
    )


def _backend(row: Backend) -> BackendEntry:
    return BackendEntry(
        row.pk,
        row.name,
        row.display_name or row.name,
        row.description,
        row.enabled,
        row.position,
    )
