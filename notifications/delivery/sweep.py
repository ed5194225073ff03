"""Queueing of overdue work, and deletion of old records."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from notifications.backends import InboxBackend
from notifications.database.clock import database_now
from notifications.database.routing import for_write, read_your_writes
from notifications.delivery import jobs, metrics
from notifications.delivery.clock import now
from notifications.delivery.jobs import Job, put
from notifications.delivery.settings import delivery
from notifications.models import (
    Backend,
    Batch,
    QueuedRetry,
    Send,
    SentNotification,
    State,
    Sweep,
)

AT_ONCE = 1_000
"""How many rows are read or deleted by one statement."""


@dataclass(frozen=True, slots=True)
class Swept:
    """`batches`: those put into the queue again. `backends`: those that have deliveries due."""

    batches: int
    backends: int


def sweep() -> Swept:
    """Put into the queue what was lost on the way, and what is to be tried again. Safe to repeat.

    A batch that is only late is put there less and less often, so that it does not flood the queue.
    Jobs that still wait in the queue, as no worker runs, are not put there a second time; if the
    queue cannot list its jobs, neither are they before they must be lost. The time of the sweep is
    recorded, once it is done.
    """
    setting, moment, using = delivery(), now(), for_write()
    listed = jobs.waiting()
    waiting = listed or ()
    overdue = Batch.objects.using(using).filter(due__lte=moment).order_by("due")
    batches = [
        batch
        for batch in overdue.select_related("backend")[:AT_ONCE]
        if _again(batch, moment, setting.lease) and (Job.DELIVER, batch.pk) not in waiting
    ]
    for batch in batches:
        put(Job.DELIVER, batch.pk, backend=batch.backend)
    due = SentNotification.objects.using(using).filter(due__lte=moment)
    backends = [
        backend
        for backend in Backend.objects.using(using).all()
        if (Job.RETRY, backend.pk) not in waiting
        and due.filter(backend=backend).exists()
        and (listed is not None or _retry_again(backend, moment, setting.lease))
    ]
    for backend in backends:
        put(Job.RETRY, backend.pk, backend=backend)
    metrics.merge()
    _record()
    return Swept(len(batches), len(backends))


def _record() -> None:
    """Record the time of this sweep, by the clock of the database."""
    using = for_write()
    Sweep.objects.using(using).update_or_create(pk=1, defaults={"at": database_now(using=using)})


def _again(batch: Batch, moment: datetime, lease: int) -> bool:
    """Set the next time at which the batch is late; return False if another worker was quicker."""
    patience = lease * 2 ** min(batch.attempts + 1, 10)
    mine = Batch.objects.using(for_write()).filter(pk=batch.pk, due=batch.due)
    due = moment + timedelta(seconds=patience)
    return bool(mine.update(due=due, attempts=batch.attempts + 1))


def _retry_again(backend: Backend, moment: datetime, lease: int) -> bool:
    """Return True if no retry job of the backend waits, or if it must have been lost by now.

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
    Rows are deleted a few at a time, each time in a transaction of its own. Once a send is deleted,
    its key can be used again.
    """
    with read_your_writes():
        deleted, settled = 0, _settled(unread=unread)
        rows = SentNotification.objects.filter(send=OuterRef("pk"))
        old = Send.objects.filter(created__lt=before, finished__isnull=False)
        for send in _all(old.filter(Exists(settled.filter(send=OuterRef("pk"))) | ~Exists(rows))):
            mine = settled.filter(send=send)
            while keys := list(mine.values_list("pk", flat=True).order_by("pk")[:AT_ONCE]):
                deleted += SentNotification.objects.filter(pk__in=keys).delete()[0]
            if not SentNotification.objects.filter(send=send).exists():
                Send.objects.filter(pk=send).delete()
        return deleted


def _settled(*, unread: bool) -> "QuerySet[SentNotification]":
    rows = SentNotification.objects.filter(due__isnull=True)
    if unread:
        return rows
    return rows.exclude(backend__name=InboxBackend.name, state=State.SENT, read=False)


def _all(sends: "QuerySet[Send]") -> "QuerySet[Send, int]":
    return sends.order_by("pk").values_list("pk", flat=True)
