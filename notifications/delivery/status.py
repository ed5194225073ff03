"""State of delivery for operators, by a few statements with bounded cost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db.models import (
    DateTimeField,
    IntegerField,
    OuterRef,
    Subquery,
)

from notifications.database.clock import database_now
from notifications.database.routing import for_write
from notifications.delivery.metrics import BOUNDS, COUNTERS, MILLISECONDS, bucket, totals
from notifications.models import Backend, Batch, SentNotification, State, Sweep

MOST_QUEUED = 1_000_000
"""Deliveries of a backend that are counted at most; an index-only scan."""
MOST = 10_000
"""Open batches, and dead letters, that are counted at most."""
SAMPLE = 1_000
"""Deliveries of a backend, those that are due first, of which the oldest is found."""


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """State of one backend. Times are in seconds, None if nothing is queued.

    `queued`: deliveries to be sent or being sent. `batches`: batches of users who are not decided.
    `oldest`: the time since the call that sent the oldest of these. `overdue`: the time since the
    first was due, 0 if none is. `dead_letters`: number among the newest `MOST` of all backends.
    `counters`: totals since the backend was created, by the names in COUNTERS. `buckets`: pairs of
    an upper bound in seconds and the number of messages that took no longer. `seconds`: their sum.
    """

    name: str
    enabled: bool
    queued: int
    batches: int
    oldest: float | None
    overdue: float | None
    dead_letters: int
    counters: Mapping[str, int]
    buckets: tuple[tuple[int, int], ...]
    seconds: float

    def quantile(self, part: float) -> int | None:
        """Return the lowest bound within which this part of all messages was delivered.

        `part` is from 0 to 1. None if there was no message, or if the highest bound is exceeded.
        """
        sent = self.counters["sent"]
        return next((bound for bound, count in self.buckets if sent and count >= part * sent), None)


@dataclass(frozen=True, slots=True)
class Status:
    """State of all backends. `sweep_age` is in seconds; None if there was no sweep yet."""

    backends: tuple[BackendStatus, ...]
    last_sweep: datetime | None
    sweep_age: float | None


def status() -> Status:
    """Return the current state of delivery; six statements."""
    moment = database_now(using=for_write())
    batches, dead, counted = _batches(), _dead_letters(), totals()
    swept = last_sweep()
    return Status(
        backends=tuple(
            _status(row, moment, batches.get(row.pk, []), dead[row.pk], counted.get(row.pk, {}))
            for row in _queues()
        ),
        last_sweep=swept,
        sweep_age=None if swept is None else _seconds(swept, moment),
    )


def last_sweep() -> datetime | None:
    """Return the time of the last sweep, None if there was none."""
    return Sweep.objects.using(for_write()).values_list("at", flat=True).first()


def sweep_age() -> float | None:
    """Return the seconds since the last sweep, None if there was none."""
    swept = last_sweep()
    return None if swept is None else _seconds(swept, database_now(using=for_write()))


class _Counted(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS limited)"
    output_field = IntegerField()


class _Oldest(Subquery):
    template = "(SELECT MIN(created) FROM (%(subquery)s) AS limited)"
    output_field = DateTimeField()


def _queues() -> Iterable[Any]:
    """Return the backends with the number of queued deliveries, and times of the first of them."""
    rows = SentNotification.objects.filter(backend=OuterRef("pk"), due__isnull=False)
    by_due = rows.order_by("due")
    backends = Backend.objects.using(for_write()).order_by("position", "name")
    found: Iterable[Any] = backends.annotate(
        queued=_Counted(rows.order_by().values("backend")[:MOST_QUEUED]),
        called=_Oldest(by_due.values("created")[:SAMPLE]),
        first=Subquery(by_due.values("due")[:1]),
    )
    return found


def _batches() -> dict[int, list[tuple[datetime, datetime]]]:
    """Return the times at which open batches are due and were sent, by the backend's key."""
    rows = Batch.objects.using(for_write()).filter(due__isnull=False).order_by("due")
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for backend, due, called in rows.values_list("backend", "due", "send__created")[:MOST]:
        if due is not None:
            found.setdefault(backend, []).append((due, called))
    return found


def _dead_letters() -> Counter[int]:
    rows = SentNotification.objects.using(for_write()).filter(state=State.FAILED)
    return Counter(rows.order_by("-pk").values_list("backend", flat=True)[:MOST])


def _status(
    row: Any,
    moment: datetime,
    batches: list[tuple[datetime, datetime]],
    dead: int,
    counted: Mapping[str, int],
) -> BackendStatus:
    dues = [due for due, _ in batches] + [row.first] * (row.first is not None)
    calls = [called for _, called in batches] + [row.called] * (row.called is not None)
    counts = accumulate(counted.get(bucket(bound), 0) for bound in BOUNDS)
    return BackendStatus(
        name=row.name,
        enabled=row.enabled,
        queued=row.queued,
        batches=len(batches),
        oldest=_seconds(min(calls), moment) if calls else None,
        overdue=_seconds(min(dues), moment) if dues else None,
        dead_letters=dead,
        counters={name: counted.get(name, 0) for name in COUNTERS},
        buckets=tuple(zip(BOUNDS, counts, strict=True)),
        seconds=counted.get(MILLISECONDS, 0) / 1000,
    )


def _seconds(since: datetime, moment: datetime) -> float:
    return max((moment - since).total_seconds(), 0.0)
