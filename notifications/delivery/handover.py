"""From the record to the backend, one message after the other."""

import logging
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import F
from django.utils.timezone import now

from notifications import contexts
from notifications.backends.base import Delivery
from notifications.databases import for_write
from notifications.delivery.counting import Counts
from notifications.delivery.lines import Line, is_transactional
from notifications.delivery.outcomes import after_failure, after_success
from notifications.delivery.pace import Pacer
from notifications.delivery.settings import delivery
from notifications.errors import DeliveryFailed
from notifications.models import Backend, Send, SentNotification, State
from notifications.precedence import Source

logger = logging.getLogger(__name__)

PATIENCE = 10
"""After so many failures in a row the rest waits: whoever is down is not asked a thousand times."""

PAUSES = (0.1, 1, 5, 10)
"""Seconds to wait before what was sent is recorded all the same, where the database is gone."""


def hand_over(backend: Backend, token: datetime) -> None:
    """Send what was decided on, and is due at `token`, which tells this worker's from others'.

    Nothing is sent after that time: a decision is not acted on once it is as old as a lease. What
    is left is due then, for whoever takes it up and decides again.
    """
    mine = SentNotification.objects.using(for_write()).filter(backend=backend, due=token)
    rows = mine.select_related("user").order_by("send_id", "pk")
    with Counts(backend) as counts:
        shift = _Shift(backend, token, counts)
        for send_id, group in groupby(rows, key=lambda row: row.send_id):
            sends = Send.objects.using(for_write()).select_related("notification")
            send = sends.filter(pk=send_id).first()
            if send is None:  # erased meanwhile, with its deliveries
                continue
            with Line(backend, send.notification) as line:
                if not all(shift.carry(row, send, line) for row in group):
                    mine.update(due=max(now(), shift.resume), updated=now())
                    return


class _Shift:
    """One worker's turn with one backend."""

    def __init__(self, backend: Backend, token: datetime, counts: Counts) -> None:
        self.resume = token
        self._counts = counts
        self._token = token
        self._lease = timedelta(seconds=delivery().lease)
        self._pacer = Pacer(backend)
        self._failures = 0
        self._transactional = is_transactional(backend)

    def carry(self, row: SentNotification, send: Send, line: Line) -> bool:
        """Send one message and record how that went. False: it is time to stop, before this one."""
        if self._failures >= PATIENCE:
            self.resume = now() + timedelta(seconds=delivery().backoff)
            return False
        free = self._pacer.wait(until=self._token)
        if free is not None:
            self.resume = free
            return False
        if now() >= self._token:
            return False
        outcome = None
        with self._transaction():
            if claim := self._claim(row):
                outcome = self._attempt(row, send, line)
                self._record(row, claim, outcome)
        if outcome:
            self._counts.settled(outcome, attempts=row.attempts, called=send.created)
        return True

    def _transaction(self) -> AbstractContextManager[Any]:
        """What happens in this database alone is sent and recorded in one, or not at all."""
        if self._transactional:
            return transaction.atomic(using=for_write())
        return nullcontext()

    def _claim(self, row: SentNotification) -> datetime | None:
        """Make the message this worker's for as long as a lease, unless it is another's by now."""
        due = now() + self._lease
        unclaimed = SentNotification.objects.using(for_write()).filter(pk=row.pk, due=self._token)
        claimed = unclaimed.update(
            state=State.SENDING, attempts=F("attempts") + 1, due=due, updated=now()
        )
        return due if claimed else None

    def _attempt(self, row: SentNotification, send: Send, line: Line) -> dict[str, Any]:
        known = Delivery(id_of(row), Source(row.source), tuple(row.groups))
        try:
            with self._transaction():
                context = contexts.decode(send.context, user=row.user)
                line.send(row.user, {**context, "delivery": known})
        except Exception as error:  # noqa: BLE001 - whatever it is, this message was not sent
            permanent = isinstance(error, DeliveryFailed) and error.permanent
            if not permanent:
                self._failures += 1
                line.hang_up()
            return after_failure(error, attempts=row.attempts + 1, permanent=permanent)
        self._failures = 0
        return after_success()

    def _record(self, row: SentNotification, claim: datetime, outcome: dict[str, Any]) -> None:
        """Once it is sent, it has to be known: a connection that is lost is made anew."""
        mine = SentNotification.objects.using(for_write()).filter(pk=row.pk, due=claim)
        connection = connections[for_write()]
        for pause in PAUSES:
            try:
                found = mine.update(**outcome)
                break
            except (OperationalError, InterfaceError):
                if connection.in_atomic_block:
                    raise
                connection.close()
                time.sleep(pause)
        else:
            found = mine.update(**outcome)
        if not found:
            logger.warning("Delivery %s took longer than a lease: it may be sent twice.", row.pk)


def id_of(row: SentNotification) -> str:
    """The same in all attempts, and never the id of another, should keys of rows begin anew."""
    return f"{row.pk}-{row.created.timestamp():.6f}".replace(".", "-")
