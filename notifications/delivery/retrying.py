"""Deliveries that are due: those that failed, and those whose worker was lost."""

from datetime import datetime, timedelta
from itertools import groupby

from django.db import connections

from notifications.database.routing import for_write, writing
from notifications.delivery import deciding, shutdown
from notifications.delivery.batches import deliver_quick
from notifications.delivery.clock import now
from notifications.delivery.metrics import Counts
from notifications.delivery.retry import after_loss
from notifications.delivery.settings import delivery
from notifications.delivery.worker import hand_over
from notifications.models import Backend, SentNotification, State


def retry(key: int) -> None:
    """Deliver all that is due of the backend with this key; about everybody is decided again."""
    backend = Backend.objects.using(for_write()).filter(pk=key).first()
    while backend is not None:
        with Counts(backend) as counts:
            rows, token = _take(backend, counts)
            for _, group in groupby(rows, key=lambda row: row.send_id):
                counts.withheld(deciding.review(list(group), token))
        done = hand_over(backend, token, meanwhile=deliver_quick)
        if not done or len(rows) < delivery().batch or shutdown.requested():
            return  # the next sweep goes on where this worker had to stop


def _take(backend: Backend, counts: Counts) -> tuple[list[SentNotification], datetime]:
    """Make a batch of what is due this worker's for as long as a lease."""
    alias = for_write()
    skip = connections[alias].features.has_select_for_update_skip_locked
    with writing():
        moment = now()
        token = moment + timedelta(seconds=delivery().lease)
        due = SentNotification.objects.using(alias).filter(backend=backend, due__lte=moment)
        lost = due.filter(state=State.SENDING, attempts__gte=delivery().attempts)
        counts.lost(lost.update(**after_loss()))
        oldest = due.order_by("due").select_for_update(skip_locked=skip)
        keys = list(oldest.values_list("pk", flat=True)[: delivery().batch])
        mine = SentNotification.objects.using(alias).filter(pk__in=keys)
        mine.update(due=token, updated=moment)
    rows = mine.select_related("send__notification", "backend", "user").order_by("send_id", "pk")
    return list(rows), token
