"""Retry policy: the record after an attempt, the time of the next one, and dead letters."""

import random
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from notifications.conf import delivery_settings
from notifications.database.clock import now
from notifications.database.routing import for_write, writing
from notifications.delivery.enqueue import Job, enqueue
from notifications.errors import InvalidInput, one_of
from notifications.models import (
    IMPORTED_KEY_PREFIX,
    Backend,
    Notification,
    Send,
    SentNotification,
    State,
)

MAX_MESSAGE = 1000
"""Characters of an error's message that are recorded."""
CHUNK = 1_000
"""Dead letters that one transaction revives."""


def backoff(attempts: int) -> float:
    """Return the seconds to wait after so many attempts, at random from 0 to a maximum.

    The maximum is BACKOFF after the first attempt, and doubles up to BACKOFF_LIMIT. All of the time
    is random ("full jitter"), so that deliveries that failed together are not retried together.
    """
    setting = delivery_settings()
    longest = min(setting.backoff * 2 ** (attempts - 1), setting.backoff_limit)
    return random.uniform(0, longest)  # noqa: S311 - spreads load, guards nothing


def after_success() -> dict[str, Any]:
    """Return the values of a delivery's fields after a successful attempt."""
    return _settled(State.SENT, success=True, error="", message="")


def after_failure(error: BaseException, *, attempts: int, permanent: bool) -> dict[str, Any]:
    """Return the values after a failure: due later, or a dead letter after the last attempt.

    An error of any class and with any text can be recorded.
    """
    name, message = _name_of(error), _text_of(error)
    if permanent or attempts >= delivery_settings().attempts:
        return _settled(State.FAILED, success=False, error=name, message=message)
    due = now() + timedelta(seconds=backoff(attempts))
    return {
        "state": State.PENDING,
        "due": due,
        "error": name,
        "message": message,
        "updated": now(),
    }


def after_loss() -> dict[str, Any]:
    """Return the values of a dead letter whose workers were lost at each attempt.

    The message itself may crash the worker.
    """
    message = "Each worker that tried was lost during the attempt."
    return _settled(State.FAILED, success=False, error="WorkerLost", message=message)


def after_withholding(source: str) -> dict[str, Any]:
    """Return the values of a delivery that the rule withholds."""
    return _settled(State.WITHHELD, success=None, source=source)


def _settled(state: State, *, success: bool | None, **more: Any) -> dict[str, Any]:
    return {"state": state, "success": success, "due": None, "updated": now(), **more}


def _name_of(error: BaseException) -> str:
    longest = SentNotification._meta.get_field("error").max_length
    return _storable(type(error).__name__)[:longest] or "Error"


def _text_of(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException as broken:  # noqa: BLE001 - the class of the error is the backend's
        text = f"The error has no text: its __str__ raised {type(broken).__name__}."
    return _storable(text)[:MAX_MESSAGE]


def _storable(text: str) -> str:
    """Return the text without NUL, and with `?` for each lone surrogate: databases refuse both."""
    return text.encode(errors="replace").decode().replace("\0", "")


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
    imported = Send.objects.using(for_write()).filter(key__startswith=IMPORTED_KEY_PREFIX)
    rows = SentNotification.objects.using(for_write()).filter(state=State.FAILED)
    return rows.exclude(send__in=imported)


def _keys(
    model: type[Backend] | type[Notification], field: str, names: Collection[str]
) -> list[int]:
    known = dict(model._default_manager.using(for_write()).values_list("name", "pk"))
    if unknown := [name for name in names if name not in known]:
        raise InvalidInput(field, f"There is no {field} named {unknown[0]!r}. {one_of(known)}")
    return [known[name] for name in names]


def count_by_name(rows: "QuerySet[SentNotification]") -> dict[tuple[str, str], int]:
    """Return the number of rows by the names of backend and notification."""
    named = rows.order_by("backend__name", "notification__name")
    found = named.values_list("backend__name", "notification__name").annotate(Count("pk"))
    return {(backend, notification): count for backend, notification, count in found}


def revive(rows: "QuerySet[SentNotification]") -> int:
    """Retry those of the rows that are dead letters; return their number.

    Each has all its attempts again, and is decided again.
    """
    with writing() as using:
        chosen = rows.using(using).order_by().values("pk")
        dead = _dead().filter(pk__in=chosen)
        backends = set(dead.values_list("backend", flat=True))
        count = _revive(dead)
        _enqueue(backends)
    return count


def revive_all(rows: "QuerySet[SentNotification]") -> int:
    """Revive dead letters in transactions of `CHUNK`, the newest first; return their number.

    Retry jobs are queued after the last chunk. Deliveries that fail again are not revived twice.
    """
    newest, count, backends = rows.order_by("-pk"), 0, set[int]()
    while found := list(newest.values_list("pk", "backend")[:CHUNK]):
        with writing():
            count += _revive(_dead().filter(pk__in=[key for key, _ in found]))
        backends.update(backend for _, backend in found)
        newest = newest.filter(pk__lt=found[-1][0])
    _enqueue(backends)
    return count


def _enqueue(backends: Collection[int]) -> None:
    for backend in Backend.objects.using(for_write()).filter(pk__in=backends).order_by("pk"):
        enqueue(Job.RETRY, backend.pk, backend=backend)


def _revive(dead: "QuerySet[SentNotification]") -> int:
    return dead.update(state=State.PENDING, success=None, attempts=0, due=now(), updated=now())
