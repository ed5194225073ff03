"""Maintenance: queueing of overdue work, and deletion of old records."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from notifications.backends import InboxBackend
from notifications.conf import delivery_settings
from notifications.database.clock import database_now, now
from notifications.database.routing import for_write, read_your_writes
from notifications.delivery import metrics
from notifications.delivery.enqueue import Job, enqueue, waiting_jobs
from notifications.models import (
    Backend,
    Batch,
    QueuedRetry,
    Send,
    SentNotification,
    State,
    Sweep,
)

CHUNK = 1_000
"""Rows that one statement reads or deletes."""


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Numbers of `batches` that were queued again, and of `backends` with deliveries due."""

    batches: int
    backends: int


def sweep() -> SweepResult:
    """Queue batches that are overdue, and retries of backends with deliveries due. Idempotent.

    A batch that is only late is queued less and less often, so that it does not flood the queue.
    Jobs that still wait in the queue, as no worker runs, are not queued a second time; if the queue
    cannot list its jobs, not before they must be lost. The time of the sweep is recorded at its
    end.
    """
    setting, moment, using = delivery_settings(), now(), for_write()
    listed = waiting_jobs()
    waiting = listed or ()
    overdue = Batch.objects.using(using).filter(due__lte=moment).order_by("due")
    batches = [
        batch
        for batch in overdue.select_related("backend")[:CHUNK]
        if _postpone(batch, moment, setting.lease) and (Job.DELIVER, batch.pk) not in waiting
    ]
    for batch in batches:
        enqueue(Job.DELIVER, batch.pk, backend=batch.backend)
    due = SentNotification.objects.using(using).filter(due__lte=moment)
    backends = [
        backend
        for backend in Backend.objects.using(using).all()
        if (Job.RETRY, backend.pk) not in waiting
        and due.filter(backend=backend).exists()
        and (listed is not None or _must_be_lost(backend, moment, setting.lease))
    ]
    for backend in backends:
        enqueue(Job.RETRY, backend.pk, backend=backend)
    metrics.merge()
    at = database_now(using=using)
    Sweep.objects.using(using).update_or_create(pk=1, defaults={"at": at})
    return SweepResult(len(batches), len(backends))


def _postpone(batch: Batch, moment: datetime, lease: int) -> bool:
    """Set the next time at which the batch is late; return False if another sweep has done it."""
    seconds = lease * 2 ** min(batch.attempts + 1, 10)
    unchanged = Batch.objects.using(for_write()).filter(pk=batch.pk, due=batch.due)
    due = moment + timedelta(seconds=seconds)
    return bool(unchanged.update(due=due, attempts=batch.attempts + 1))


def _must_be_lost(backend: Backend, moment: datetime, lease: int) -> bool:
    """Return True if no retry job of the backend is queued, or if it must have been lost by now.

    A worker that begins the job deletes its row. The longer none does, the longer a job may wait.
    """
    with transaction.atomic(using=for_write()):
        rows = QueuedRetry.objects.using(for_write()).select_for_update()
        row, created = rows.get_or_create(backend=backend, defaults={"again": moment})
        if not created and row.again > moment:
            return False
        row.again = moment + timedelta(seconds=lease * 2 ** min(row.attempts, 10))
        row.attempts += 1
        row.save(update_fields=["again", "attempts"])
    return True


def prune(*, before: datetime, unread: bool = False) -> int:
    """Delete deliveries of sends created before that time, and those sends; return their number.

    Deliveries that are still to be sent are kept, and unread entries of inboxes unless `unread`.
    Rows are deleted in chunks, each in a transaction of its own. Once a send is deleted, its key
    can be used again.
    """
    with read_your_writes():
        deleted, settled = 0, _settled(unread=unread)
        rows = SentNotification.objects.filter(send=OuterRef("pk"))
        old = Send.objects.filter(created__lt=before, finished__isnull=False)
        for send in _keys(old.filter(Exists(settled.filter(send=OuterRef("pk"))) | ~Exists(rows))):
            of_send = settled.filter(send=send)
            while keys := list(of_send.values_list("pk", flat=True).order_by("pk")[:CHUNK]):
                deleted += SentNotification.objects.filter(pk__in=keys).delete()[0]
            if not SentNotification.objects.filter(send=send).exists():
                Send.objects.filter(pk=send).delete()
        return deleted


def _settled(*, unread: bool) -> "QuerySet[SentNotification]":
    rows = SentNotification.objects.filter(due__isnull=True)
    if unread:
        return rows
    return rows.exclude(backend__name=InboxBackend.name, state=State.SENT, read=False)


def _keys(sends: "QuerySet[Send]") -> "QuerySet[Send, int]":
    return sends.order_by("pk").values_list("pk", flat=True)
