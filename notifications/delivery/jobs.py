"""Jobs that workers run: deliver a batch, or retry the due deliveries of a backend."""

from datetime import datetime, timedelta
from itertools import groupby

from django.db import connections

from notifications.conf import delivery_settings
from notifications.database.clock import now
from notifications.database.routing import for_write, read_your_writes, writing
from notifications.delivery import batches, shutdown, worker
from notifications.delivery.backend_connections import delivers_by_record, is_transactional
from notifications.delivery.enqueue import Job, forget
from notifications.delivery.metrics import Counts, notify
from notifications.delivery.retry import after_loss
from notifications.models import Backend, Batch, SentNotification, State

INTERLEAVED = 5
"""Batches that are delivered between two messages of a slow backend."""


def run(job: str, key: int) -> None:
    """Run a job. Raises errors of the database; then the job has to be run again."""
    with read_your_writes():
        forget(job, key)
        {Job.DELIVER: deliver, Job.RETRY: retry}[Job(job)](key)


def deliver(key: int) -> None:
    """Decide who gets a batch, and send it. Idempotent: a second worker does nothing.

    Deciding is one transaction, which also closes the batch: from then on the deliveries themselves
    are due again, should this worker be lost. A batch of a whole audience is split first.
    """
    while True:
        with writing():
            batch = _lock(key)
            if batch is None:
                return
            if not batch.wide:
                lease_end = _decide(batch)
                break
            batches.split(batch)
    batches.finish(batch.send)
    if lease_end is not None:
        worker.deliver(batch.backend, lease_end, between_messages=deliver_transactional)
    elif batch.recipients:
        notify(backend=batch.backend.name, state=State.SENT, count=batch.recipients)


def deliver_transactional() -> None:
    """Deliver batches of transactional backends: the inbox does not wait for slow mail servers.

    Workers call it between two messages of other backends.
    """
    backends = [backend.pk for backend in Backend.objects.all() if is_transactional(backend)]
    rows = Batch.objects.using(for_write()).filter(due__isnull=False, backend__in=backends)
    keys = rows.order_by("pk").values_list("pk", flat=True)
    for key in list(keys[:INTERLEAVED]) if backends else ():
        deliver(key)


def _lock(key: int) -> Batch | None:
    """Return the batch if it is open, and no other worker has it."""
    alias = for_write()
    skip = connections[alias].features.has_select_for_update_skip_locked
    rows = Batch.objects.using(alias).select_related("send__notification", "backend")
    open_rows = rows.filter(pk=key, due__isnull=False)
    return open_rows.select_for_update(of=("self",), skip_locked=skip).first()


def _decide(batch: Batch) -> datetime | None:
    """Create the deliveries and close the batch.

    Returns the end of the lease in which they are sent; None if there is none to send.
    """
    lease_end = (
        None
        if delivers_by_record(batch.backend)
        else now() + timedelta(seconds=delivery_settings().lease)
    )
    with Counts(batch.backend) as counts:
        batch.recipients = batches.create_deliveries(batch, due=lease_end)
        if lease_end is None:
            counts.sent(batch.recipients, called_at=batch.send.created)
        if batch.keys is not None:
            counts.withheld(batches.create_withheld(batch))
    batch.due = None
    batch.save(using=for_write(), update_fields=["due", "recipients"])
    return lease_end if batch.recipients else None


def retry(key: int) -> None:
    """Retry the due deliveries of the backend with this key: failed, or lost with a worker.

    Each delivery is decided again.
    """
    backend = Backend.objects.using(for_write()).filter(pk=key).first()
    while backend is not None:
        with Counts(backend) as counts:
            rows, lease_end = _lease_due(backend, counts)
            for _, group in groupby(rows, key=lambda row: row.send_id):
                counts.withheld(batches.decide_again(list(group), lease_end))
        done = worker.deliver(backend, lease_end, between_messages=deliver_transactional)
        if not done or len(rows) < delivery_settings().batch or shutdown.requested():
            return  # the next sweep queues the rest


def _lease_due(backend: Backend, counts: Counts) -> tuple[list[SentNotification], datetime]:
    """Lease a batch of deliveries that are due to this worker; return them and the lease's end."""
    alias = for_write()
    skip = connections[alias].features.has_select_for_update_skip_locked
    with writing():
        moment = now()
        lease_end = moment + timedelta(seconds=delivery_settings().lease)
        due = SentNotification.objects.using(alias).filter(backend=backend, due__lte=moment)
        lost = due.filter(state=State.SENDING, attempts__gte=delivery_settings().attempts)
        counts.lost(lost.update(**after_loss()))
        oldest = due.order_by("due").select_for_update(skip_locked=skip)
        keys = list(oldest.values_list("pk", flat=True)[: delivery_settings().batch])
        leased = SentNotification.objects.using(alias).filter(pk__in=keys)
        leased.update(due=lease_end, updated=moment)
    rows = leased.select_related("send__notification", "backend", "user").order_by("send_id", "pk")
    return list(rows), lease_end
