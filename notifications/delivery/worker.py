"""Delivery of one backend's messages, one after the other, and the record of each result."""

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
from notifications.conf import delivery_settings
from notifications.database.clock import now
from notifications.database.routing import for_write
from notifications.delivery import contexts, shutdown
from notifications.delivery.backend_connections import BackendConnection, is_transactional
from notifications.delivery.metrics import Counts, notify
from notifications.delivery.rate_limit import RateLimiter
from notifications.delivery.retry import after_failure, after_success
from notifications.delivery.time_limit import TimeLimitExceeded
from notifications.errors import DeliveryFailed
from notifications.models import Backend, Send, SentNotification, State
from notifications.precedence import Source

logger = logging.getLogger(__name__)

MAX_FAILURES = 10
"""Failures in a row after which the rest waits, as the server may be down."""
TIMEOUT_WEIGHT = 5
"""Failures that a message counts for if it has exceeded its time limit."""

WRITE_FOR = 60.0
"""Seconds for which a worker tries to write to a database that is gone; at least a lease."""
MAX_PAUSE = 1.0
"""Seconds between two of these attempts."""

INTERVAL = 1.0
"""Seconds between two calls of `between_messages`."""


def deliver(
    backend: Backend, lease_end: datetime, *, between_messages: Callable[[], None] | None = None
) -> bool:
    """Send the deliveries that are leased to this worker, which are due at the end of the lease.

    Returns False if the run has to stop before the last of them.

    Nothing is sent after the lease: a decision is not acted on once it is that old. The rest is due
    then, or now if a stop is requested, and decided again. `between_messages` is called between two
    messages of a backend that is not transactional. Messages with which a worker was lost come
    last, as they may be the reason.
    """
    leased = SentNotification.objects.using(for_write()).filter(backend=backend, due=lease_end)
    lost = Case(When(state=State.SENDING, then=1), default=0)
    rows = leased.select_related("user").order_by(lost, "send_id", "pk")
    with (
        Counts(backend) as counts,
        DeliveryRun(backend, lease_end, counts, between_messages) as run,
    ):
        for send_id, group in groupby(rows, key=lambda row: row.send_id):
            sends = Send.objects.using(for_write()).select_related("notification")
            send = sends.filter(pk=send_id).first()
            if send is None:  # erased meanwhile, with its deliveries
                continue
            with BackendConnection(backend, send.notification) as connection:
                if not all(run.deliver(row, send, connection) for row in group):
                    leased.update(due=max(now(), run.resume), updated=now())
                    return False
    return True


class DeliveryRun:
    """One run of a worker with one backend. `resume` is the time at which the rest is due."""

    def __init__(
        self,
        backend: Backend,
        lease_end: datetime,
        counts: Counts,
        between_messages: Callable[[], None] | None,
    ) -> None:
        self.resume = lease_end
        self._backend = backend
        self._counts = counts
        self._lease_end = lease_end
        self._lease = timedelta(seconds=delivery_settings().lease)
        self._transactional = is_transactional(backend)
        self._between_messages = None if self._transactional else between_messages
        self._called = time.monotonic()
        self._rate_limiter = RateLimiter(backend, meanwhile=self._call_between_messages)
        self._failures_in_a_row = 0
        self._failures: Counter[str] = Counter()
        self._last_error = ""

    def deliver(self, row: SentNotification, send: Send, connection: BackendConnection) -> bool:
        """Send one message and record the result. Returns False if the run has to stop first."""
        self._call_between_messages()
        if self._wait_or_stop():
            return False
        outcome, seconds = None, 0.0
        with self._transaction():
            if claim := self._claim(row):
                began = time.monotonic()
                outcome = self._attempt(row, send, connection)
                seconds = time.monotonic() - began
                self._record(row, claim, outcome)
        if outcome:
            self._counts.settled(outcome, attempts=row.attempts, called_at=send.created)
            self._report(outcome, seconds)
        return True

    def _wait_or_stop(self) -> bool:
        """Wait for the rate; return True and set `resume` if the run has to stop first."""
        if self._failures_in_a_row >= MAX_FAILURES:
            self.resume = now() + timedelta(seconds=delivery_settings().backoff)
            return True
        free = self._rate_limiter.wait(until=self._lease_end)
        if free is not None:
            self.resume = free
            return True
        if shutdown.requested():
            self.resume = now()
            return True
        return now() >= self._lease_end

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Log the failures of this run: jobs that end well may have delivered nothing."""
        if self._failures:
            logger.warning(
                "Backend %r: %d deliveries failed permanently, %d will be retried."
                " The last error was %s.",
                self._backend.name,
                self._failures[State.FAILED],
                self._failures[State.PENDING],
                self._last_error,
            )

    def _report(self, outcome: Mapping[str, Any], seconds: float) -> None:
        """Count a failure for the log, and send the signal of the attempt."""
        error = outcome["error"]
        if error:
            self._failures[outcome["state"]] += 1
            self._last_error = error
        notify(backend=self._backend.name, state=outcome["state"], error=error, seconds=seconds)

    def _call_between_messages(self) -> None:
        if self._between_messages is None or time.monotonic() - self._called < INTERVAL:
            return
        try:
            self._between_messages()
        except Exception:  # the batch belongs to another backend; a sweep queues it again
            logger.warning("Batches of transactional backends cannot be delivered.", exc_info=True)
        self._called = time.monotonic()

    def _transaction(self) -> AbstractContextManager[Any]:
        """Return the transaction in which a transactional backend sends and the result is recorded.

        Other backends need each write committed at once.
        """
        if self._transactional:
            return transaction.atomic(using=for_write())
        return nullcontext()

    def _claim(self, row: SentNotification) -> datetime | None:
        """Lease the message anew, for one attempt; None if another worker has it by now."""
        due = now() + self._lease
        unclaimed = SentNotification.objects.using(for_write()).filter(
            pk=row.pk, due=self._lease_end
        )
        changes = {"state": State.SENDING, "attempts": F("attempts") + 1, "due": due}
        return due if self._write(unclaimed, {**changes, "updated": now()}) else None

    def _attempt(
        self, row: SentNotification, send: Send, connection: BackendConnection
    ) -> dict[str, Any]:
        known = Delivery(delivery_id(row), Source(row.source), tuple(row.groups))
        try:
            with self._transaction():
                context = contexts.decode(send.context, user=row.user)
                connection.send(row.user, {**context, "delivery": known})
        except Exception as error:  # noqa: BLE001 - any error means that it was not sent
            permanent = isinstance(error, DeliveryFailed) and error.permanent
            if not permanent:
                timed_out = isinstance(error, TimeLimitExceeded)
                self._failures_in_a_row += TIMEOUT_WEIGHT if timed_out else 1
                connection.close()
            return after_failure(error, attempts=row.attempts + 1, permanent=permanent)
        self._failures_in_a_row = 0
        return after_success()

    def _record(self, row: SentNotification, claim: datetime, outcome: dict[str, Any]) -> None:
        claimed = SentNotification.objects.using(for_write()).filter(pk=row.pk, due=claim)
        if not self._write(claimed, outcome):
            logger.warning("Delivery %s took longer than a lease: it may be sent twice.", row.pk)

    def _write(self, rows: QuerySet[SentNotification], changes: Mapping[str, Any]) -> int:
        """Update rows; try again while the database is gone or read-only.

        A message that was sent has to be recorded as sent.
        """
        connection = connections[for_write()]
        began, pause = time.monotonic(), 0.1
        end = began + max(WRITE_FOR, self._lease.total_seconds())
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
                pause = min(pause * 2, MAX_PAUSE)


def delivery_id(row: SentNotification) -> str:
    """Return the id of a delivery for backends, which is the same in all attempts.

    It includes the time of the row, as primary keys may start again in another database.
    """
    return f"{row.pk}-{row.created.timestamp():.6f}".replace(".", "-")
