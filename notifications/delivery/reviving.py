"""Dead letters, chosen and sent again."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, QuerySet

from notifications.database.routing import for_write, writing
from notifications.delivery.clock import now
from notifications.delivery.jobs import Job, put
from notifications.errors import InvalidInput, one_of
from notifications.models import Backend, Notification, Send, SentNotification, State
from notifications.models.imported import KEYS

AT_ONCE = 1_000
"""Dead letters that one transaction revives."""


def dead_letters(
    *,
    backends: Collection[str] = (),
    notifications: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> "QuerySet[SentNotification]":
    """Return the dead letters of backends and notifications, all if none are named.

    `since` and `until` limit the time of the last attempt, both included. Raises InvalidInput for
    names that do not exist.
    """
    rows = _dead()
    if backends:
        rows = rows.filter(backend__in=_keys(Backend, "backend", backends))
    if notifications:
        rows = rows.filter(notification__in=_keys(Notification, "notification", notifications))
    if since is not None:
        rows = rows.filter(updated__gte=since)
    return rows if until is None else rows.filter(updated__lte=until)


def _dead() -> "QuerySet[SentNotification]":
    """Return all dead letters, except imported ones: without contexts, no message is complete."""
    imported = Send.objects.using(for_write()).filter(key__startswith=KEYS)
    rows = SentNotification.objects.using(for_write()).filter(state=State.FAILED)
    return rows.exclude(send__in=imported)


def _keys(
    model: type[Backend] | type[Notification], field: str, names: Collection[str]
) -> list[int]:
    known = dict(model._default_manager.using(for_write()).values_list("name", "pk"))
    if unknown := [name for name in names if name not in known]:
        raise InvalidInput(field, f"There is no {field} named {unknown[0]!r}. {one_of(known)}")
    return [known[name] for name in names]


def counted(rows: "QuerySet[SentNotification]") -> dict[tuple[str, str], int]:
    """Return the number of rows by the names of backend and notification."""
    named = rows.order_by("backend__name", "notification__name")
    found = named.values_list("backend__name", "notification__name").annotate(Count("pk"))
    return {(backend, notification): count for backend, notification, count in found}


def revive(rows: "QuerySet[SentNotification]") -> int:
    """Have those of the rows that are dead letters tried again; return how many there are.

    They have all their attempts once more, and about each is decided again.
    """
    with writing() as using:
        chosen = rows.using(using).order_by().values("pk")
        dead = _dead().filter(pk__in=chosen)
        backends = set(dead.values_list("backend", flat=True))
        count = _revive(dead)
        _put(backends)
    return count


def revive_all(rows: "QuerySet[SentNotification]") -> int:
    """Revive dead letters in transactions of `AT_ONCE`, the newest first; return their number.

    Backends begin once all are revived. Deliveries that fail again are not revived twice.
    """
    newest, count, backends = rows.order_by("-pk"), 0, set[int]()
    while found := list(newest.values_list("pk", "backend")[:AT_ONCE]):
        with writing():
            count += _revive(_dead().filter(pk__in=[key for key, _ in found]))
        backends.update(backend for _, backend in found)
        newest = newest.filter(pk__lt=found[-1][0])
    _put(backends)
    return count


def _put(backends: Collection[int]) -> None:
    for backend in Backend.objects.using(for_write()).filter(pk__in=backends).order_by("pk"):
        put(Job.RETRY, backend.pk, backend=backend)


def _revive(dead: "QuerySet[SentNotification]") -> int:
    return dead.update(state=State.PENDING, success=None, attempts=0, due=now(), updated=now())
