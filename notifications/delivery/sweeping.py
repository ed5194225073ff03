"""What is overdue goes into the queue once more; what is old goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.timezone import now

from notifications.delivery.jobs import Job, put
from notifications.delivery.settings import delivery
from notifications.models import Backend, Batch, Send, SentNotification

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
    """
    setting, moment = delivery(), now()
    overdue = Batch.objects.filter(due__lte=moment).order_by("due")[:AT_ONCE]
    batches = sum(_again(batch, moment, setting.lease) for batch in overdue)
    due = SentNotification.objects.filter(due__lte=moment)
    backends = [
        pk for pk in Backend.objects.values_list("pk", flat=True) if due.filter(backend=pk).exists()
    ]
    for pk in backends:
        put(Job.RETRY, pk)
    return Swept(batches, len(backends))


def _again(batch: Batch, moment: datetime, lease: int) -> bool:
    patience = lease * 2 ** min(batch.attempts + 1, 10)
    mine = Batch.objects.filter(pk=batch.pk, due=batch.due)
    found = mine.update(due=moment + timedelta(seconds=patience), attempts=batch.attempts + 1)
    if found:
        put(Job.DELIVER, batch.pk)
    return bool(found)


def prune(*, before: datetime) -> int:
    """Delete deliveries of sends that are older, and those sends; return how many deliveries.

    A few at a time, each in a transaction of its own. What is still to be sent stays. Once a send
    has gone, its key can be used again.
    """
    deleted = 0
    for send in _all(Send.objects.filter(created__lt=before, finished__isnull=False)):
        settled = SentNotification.objects.filter(send=send, due__isnull=True)
        while keys := list(settled.values_list("pk", flat=True).order_by("pk")[:AT_ONCE]):
            deleted += SentNotification.objects.filter(pk__in=keys).delete()[0]
        if not SentNotification.objects.filter(send=send).exists():
            Send.objects.filter(pk=send).delete()
    return deleted


def _all(sends: "QuerySet[Send]") -> "QuerySet[Send, int]":
    return sends.order_by("pk").values_list("pk", flat=True)
