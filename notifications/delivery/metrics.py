"""Metrics of delivery: a signal for each attempt, and counters by backend in the database.

As the counters are in the database, workers need no port of their own. Counts are kept in memory
for a few seconds, and are lost with a worker that is killed. The deliveries' records are exact.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from time import monotonic
from types import TracebackType
from typing import Any, Self

from django.db import Error, connections
from django.db.models import Sum
from django.dispatch import Signal

from notifications.database.clock import now
from notifications.database.routing import for_write, writing
from notifications.models import Backend, SentNotification, State, Tally

logger = logging.getLogger(__name__)

deliveries_done = Signal()
"""Sent by the process that delivers, after it has recorded an attempt.

`backend` is the name of the backend, `state` the state of the delivery (PENDING if it will be
retried), and `count` the number of deliveries. `error` is the class of the error, empty if there
was none. `seconds` is the time that the backend took; None if there was no call of `send`.
"""

COUNTERS = ("sent", "failed", "retried", "withheld", "dead")
"""`failed` counts attempts, `retried` those after the first, `dead` dead letters."""
MILLISECONDS = "milliseconds"
"""Counter of the time from the call to the delivery, summed over all messages.

An integer, as sums of fractions depend on the order of the rows, and a counter must not decrease.
"""
BOUNDS = (1, 5, 15, 60, 300, 900, 3600, 6 * 3600, 24 * 3600)
"""Upper bounds of the histogram of that time, in seconds."""

INTERVAL = 10.0
"""Seconds between two writes of one worker."""
CHUNK = 1_000
"""Rows that one transaction merges."""


def notify(
    *, backend: str, state: str, count: int = 1, error: str = "", seconds: float | None = None
) -> None:
    """Send `deliveries_done`. Errors of receivers are logged."""
    deliveries_done.send_robust(
        sender=SentNotification,
        backend=backend,
        state=state,
        count=count,
        error=error,
        seconds=seconds,
    )


def bucket(bound: int) -> str:
    """Return the name of the counter of messages whose time fits `bound` and no lower one."""
    return f"le_{bound}"


class Counts:
    """Counts of one backend. A context manager that writes every few seconds and at the end."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._values: dict[str, int] = {}
        self._flushed = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush()

    def settled(self, outcome: Mapping[str, Any], *, attempts: int, called_at: datetime) -> None:
        """Count a delivery after so many earlier attempts, for a call of the time `called_at`."""
        if outcome["state"] == State.WITHHELD:
            self.withheld(1)
            return
        self._add("retried", attempts > 0)
        if outcome["state"] == State.SENT:
            self.sent(1, called_at=called_at)
        else:
            self._add("failed", 1)
            self._add("dead", outcome["state"] == State.FAILED)
        if monotonic() - self._flushed >= INTERVAL:
            self.flush()

    def sent(self, count: int, *, called_at: datetime) -> None:
        """Count messages that are sent now, for a call of the time `called_at`."""
        seconds = max((now() - called_at).total_seconds(), 0.0)
        self._add("sent", count)
        self._add(MILLISECONDS, count * round(seconds * 1000))
        if fitting := [bound for bound in BOUNDS if seconds <= bound]:
            self._add(bucket(fitting[0]), count)

    def withheld(self, count: int) -> None:
        self._add("withheld", count)

    def lost(self, count: int) -> None:
        """Count dead letters without another attempt: their workers were lost."""
        self._add("dead", count)

    def _add(self, counter: str, value: int) -> None:
        self._values[counter] = self._values.get(counter, 0) + value

    def flush(self) -> None:
        """Write the counts. After an error, which is logged, they are kept for the next time."""
        self._flushed = monotonic()
        try:
            add(self._backend, self._values)
        except Error:
            logger.warning("Counts of the backend %s cannot be written.", self._backend.name)
        else:
            self._values.clear()


def add(backend: Backend, values: Mapping[str, int]) -> None:
    """Add to counters of the backend, in the caller's transaction if there is one."""
    Tally.objects.using(for_write()).bulk_create(
        Tally(backend_id=backend.pk, counter=counter, value=value)
        for counter, value in values.items()
        if value
    )


def totals() -> dict[int, dict[str, int]]:
    """Return all counters by the primary key of the backend and their name; one statement."""
    rows = Tally.objects.using(for_write()).order_by().values_list("backend", "counter")
    found: dict[int, dict[str, int]] = {}
    for backend, counter, value in rows.annotate(Sum("value")):
        found.setdefault(backend, {})[counter] = value
    return found


def merge() -> None:
    """Merge the rows of each counter into one, which leaves the sums as they are."""
    while _merge_chunk():
        pass


def _merge_chunk() -> bool:
    """Merge the oldest rows; return True if there may be more."""
    with writing() as using:
        skip = connections[using].features.has_select_for_update_skip_locked
        oldest = Tally.objects.using(using).select_for_update(skip_locked=skip)
        rows = list(oldest.order_by("pk")[:CHUNK])
        sums = _sums(rows)
        if len(sums) == len(rows):
            return False
        Tally.objects.using(using).filter(pk__in=[row.pk for row in rows]).delete()
        Tally.objects.using(using).bulk_create(
            Tally(backend_id=backend, counter=counter, value=value)
            for (backend, counter), value in sums.items()
        )
    return len(rows) == CHUNK


def _sums(rows: Iterable[Tally]) -> dict[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = {}
    for row in rows:
        key = (row.backend_id, row.counter)
        sums[key] = sums.get(key, 0) + row.value
    return sums
