"""What a worker does about a batch: split one that is wide; decide about its users, and go on."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections
from django.db.models import Exists, OuterRef

from notifications.database.routing import for_write, writing
from notifications.delivery import deciding
from notifications.delivery.clock import now
from notifications.delivery.connections import is_record, is_transactional
from notifications.delivery.jobs import Job, put
from notifications.delivery.metrics import Counts
from notifications.delivery.observing import notify
from notifications.delivery.settings import delivery
from notifications.delivery.worker import hand_over
from notifications.models import Backend, Batch, Send, State

AT_ONCE = 50
"""How many batches are made in one transaction."""
AT_A_TIME = 5
"""Batches that are delivered between two messages of a slow backend."""


def deliver(key: int) -> None:
    """Decide about a batch and deliver it. Idempotent: a second worker does nothing.

    Deciding is one transaction, which also ends the batch: from then on the deliveries themselves
    are due again, should this worker be lost.
    """
    while True:
        with writing():
            batch = _locked(key)
            if batch is None:
                return
            if not batch.wide:
                token = _decide(batch)
                break
            _split(batch)
    finish(batch.send)
    if token is not None:
        hand_over(batch.backend, token, meanwhile=deliver_quick)
    elif batch.recipients:
        notify(backend=batch.backend.name, state=State.SENT, count=batch.recipients)


def deliver_quick() -> None:
    """Deliver batches of transactional backends: the inbox does not wait for slow mail servers.

    Workers call it between two messages of other backends.
    """
    open_ones = Batch.objects.using(for_write()).filter(due__isnull=False)
    quick = [backend.pk for backend in Backend.objects.all() if is_transactional(backend)]
    keys = open_ones.filter(backend__in=quick).order_by("pk").values_list("pk", flat=True)
    for key in list(keys[:AT_A_TIME]) if quick else ():
        deliver(key)


def _locked(key: int) -> Batch | None:
    alias = for_write()
    skip = connections[alias].features.has_select_for_update_skip_locked
    batches = Batch.objects.using(alias).select_related("send__notification", "backend")
    open_ones = batches.filter(pk=key, due__isnull=False)
    return open_ones.select_for_update(of=("self",), skip_locked=skip).first()


def _decide(batch: Batch) -> datetime | None:
    """Record who gets it. Returns when the deliveries are due, or None if they are done."""
    token = None if is_record(batch.backend) else now() + timedelta(seconds=delivery().lease)
    with Counts(batch.backend) as counts:
        batch.recipients = deciding.record(batch, due=token)
        if token is None:
            counts.sent(batch.recipients, called=batch.send.created)
        if batch.keys is not None:
            counts.withheld(deciding.withhold(batch))
    _end(batch)
    return token if batch.recipients else None


def _end(batch: Batch) -> None:
    batch.due = None
    batch.save(using=for_write(), update_fields=["due", "recipients"])


def _split(batch: Batch) -> None:
    """Cut off what fits into one transaction; the last cut ends the wide batch."""
    due = now() + timedelta(seconds=delivery().lease)
    made = []
    for _ in range(AT_ONCE):
        high = _next_bound(batch.low)
        made.append(
            Batch(send=batch.send, backend=batch.backend, low=batch.low, high=high, due=due)
        )
        batch.low = high
        if not high:
            batch.delete(using=for_write())
            break
    else:
        batch.save(using=for_write(), update_fields=["low"])
    for narrow in Batch.objects.using(for_write()).bulk_create(made):
        put(Job.DELIVER, narrow.pk, backend=batch.backend)


def _next_bound(low: str) -> str:
    """The key of the last user of a batch that begins after `low`; empty for the last batch."""
    users = (
        get_user_model()
        ._base_manager.using(for_write())
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    size = delivery().batch
    after: Any = users.filter(pk__gt=low) if low else users
    return next((str(key) for key in after[size - 1 : size]), "")


def finish(send: Send) -> None:
    """Record the time if no batch of the send is open. Called after the commit of each batch."""
    sends = Send.objects.using(for_write()).filter(pk=send.pk, finished__isnull=True)
    undone = Batch.objects.filter(send=OuterRef("pk"), due__isnull=False)
    sends.filter(~Exists(undone)).update(finished=now())
