"""From the record to the backend, one message after the other."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from itertools import groupby
from types import TracebackType
from typing import Any, Self

from django.db import (
    InterfaceError,
    InternalError,
    OperationalError,
    connections,
    transaction,
)
from django.db.models import Case, F, QuerySet, When

from notifications.backends.base import Delivery
from notifications.database.routing import for_write
from notifications.delivery import contexts, shutdown
from notifications.delivery.clock import now
from notifications.delivery.connections import Line, is_transactional
from notifications.delivery.metrics import Counts
from notifications.delivery.observing import notify
from notifications.delivery.rate_limit import Pacer
from notifications.delivery.retry import after_failure, after_success
from notifications.delivery.settings import delivery
from notifications.delivery.time_limit import TimeLimitExceeded
from notifications.errors import DeliveryFailed
from notifications.models import Backend, Send, SentNotification, State
from notifications.precedence import Source

logger = logging.getLogger(__name__)

PATIENCE = 10
"""Failures in a row after which the rest waits, as the server may be down."""
STUCK = 5
"""Failures that a message counts for if it has exceeded its time limit."""

INSIST = 60.0
"""Seconds for which a worker tries to write to a database that is gone; at least a lease."""
LONGEST_PAUSE = 1.0
"""Seconds between two of these attempts, at most."""

ASIDE = 1.0
"""Seconds between two looks at the batches of quick backends."""


def hand_over(
    backend: Backend, token: datetime, *, meanwhile: Callable[[], None] | None = None
) -> bool:
    """Send the deliveries that are due at `token`, which tells this worker's from others'.

    Return False if it was time to stop before the last of them.

    Nothing is sent after that time: a decision is not acted on once it is as old as a lease. The
    rest is due then, or at once if a stop is requested, and decided again. `meanwhile` is called
    between two messages of a backend that is not transactional. Messages with which a worker was
    lost come last: they may be the reason.
    """
    mine = SentNotification.objects.using(for_write()).filter(backend=backend, due=token)
    lost = Case(When(state=State.SENDING, then=1), default=0)
    rows = mine.select_related("user").order_by(lost, "send_id", "pk")
    with Counts(backend) as counts, _Shift(backend, token, counts, meanwhile) as shift:
        for send_id, group in groupby(rows, key=lambda row: row.send_id):
            sends = Send.objects.using(for_write()).select_related("notification")
            send = sends.filter(pk=send_id).first()
            if send is None:  # erased meanwhile, with its deliveries
                continue
            with Line(backend, send.notification) as line:
                if not all(shift.carry(row, send, line) for row in group):
                    mine.update(due=max(now(), shift.resume), updated=now())
                    return False
    return True


class _Shift:
    """One worker's turn with one backend."""

    def __init__(
        self,
        backend: Backend,
        token: datetime,
        counts: Counts,
        meanwhile: Callable[[], None] | None,
    ) -> None:
        self.resume = token
        self._backend = backend
        self._counts = counts
        self._token = token
        self._lease = timedelta(seconds=delivery().lease)
        self._transactional = is_transactional(backend)
        self._meanwhile = None if self._transactional else meanwhile
        self._looked = time.monotonic()
        self._pacer = Pacer(backend, meanwhile=self._look_aside)
        self._failures = 0
        self._failed: Counter[str] = Counter()
        self._error = ""

    def carry(self, row: SentNotification, send: Send, line: Line) -> bool:
        """Send one message and record the result. False: it is time to stop, before this one."""
        self._look_aside()
        if self._failures >= PATIENCE:
            self.resume = now() + timedelta(seconds=delivery().backoff)
            return False
        free = self._pacer.wait(until=self._token)
        if free is not None:
            self.resume = free
            return False
        if shutdown.requested():
            self.resume = now()
            return False
        if now() >= self._token:
            return False
        outcome, seconds = None, 0.0
        with self._transaction():
            if claim := self._claim(row):
                began = time.monotonic()
                outcome = self._attempt(row, send, line)
                seconds = time.monotonic() - began
                self._record(row, claim, outcome)
        if outcome:
            self._counts.settled(outcome, attempts=row.attempts, called=send.created)
            self._tell(outcome, seconds)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log the failures of this turn: jobs that end well may have delivered nothing."""
        if self._failed:
            logger.warning(
                "Backend %r: %d deliveries failed for good, %d are to be tried again."
                " The last error was %s.",
                self._backend.name,
                self._failed[State.FAILED],
                self._failed[State.PENDING],
                self._error,
            )

    def _tell(self, outcome: Mapping[str, Any], seconds: float) -> None:
        error = outcome["error"]
        if error:
            self._failed[outcome["state"]] += 1
            self._error = error
        notify(backend=self._backend.name, state=outcome["state"], error=error, seconds=seconds)

    def _look_aside(self) -> None:
        if self._meanwhile is None or time.monotonic() - self._looked < ASIDE:
            return
        try:
            self._meanwhile()
        except Exception:  # another backend's: its batch is found again by a sweep
            logger.warning("Batches of quick backends cannot be delivered.", exc_info=True)
        self._looked = time.monotonic()

    def _transaction(self) -> AbstractContextManager[Any]:
        """What happens in this database alone is sent and recorded in one, or not at all."""
        if self._transactional:
            return transaction.atomic(using=for_write())
        return nullcontext()

    def _claim(self, row: SentNotification) -> datetime | None:
        """Lease the message to this worker, unless another worker has it by now."""
        due = now() + self._lease
        unclaimed = SentNotification.objects.using(for_write()).filter(pk=row.pk, due=self._token)
        changes = {"state": State.SENDING, "attempts": F("attempts") + 1, "due": due}
        return due if self._write(unclaimed, {**changes, "updated": now()}) else None

    def _attempt(self, row: SentNotification, send: Send, line: Line) -> dict[str, Any]:
        known = Delivery(id_of(row), Source(row.source), tuple(row.groups))
        try:
            with self._transaction():
                context = contexts.decode(send.context, user=row.user)
                line.send(row.user, {**context, "delivery": known})
        except Exception as error:  # noqa: BLE001 - any error means that it was not sent
            permanent = isinstance(error, DeliveryFailed) and error.permanent
            if not permanent:
                self._failures += STUCK if isinstance(error, TimeLimitExceeded) else 1
                line.hang_up()
            return after_failure(error, attempts=row.attempts + 1, permanent=permanent)
        self._failures = 0
        return after_success()

    def _record(self, row: SentNotification, claim: datetime, outcome: dict[str, Any]) -> None:
        mine = SentNotification.objects.using(for_write()).filter(pk=row.pk, due=claim)
        if not self._write(mine, outcome):
            logger.warning("Delivery %s took longer than a lease: it may be sent twice.", row.pk)

    def _write(self, rows: QuerySet[SentNotification], changes: Mapping[str, Any]) -> int:
        """Write again and again while the database is gone or read-only.

        A message that was sent has to be recorded as sent.
        """
        connection = connections[for_write()]
        began, pause = time.monotonic(), 0.1
        end = began + max(INSIST, self._lease.total_seconds())
        while True:
            try:
                return rows.update(**changes)
            except (OperationalError, InterfaceError, InternalError):
                if shutdown.requested():
                    end = min(end, began + shutdown.GRACE)
                if connection.in_atomic_block or time.monotonic() > end:
                    raise
                connection.close()
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


def id_of(row: SentNotification) -> str:
    """The same in all attempts, and never the id of another, should keys of rows begin anew."""
    return f"{row.pk}-{row.created.timestamp():.6f}".replace(".", "-")
