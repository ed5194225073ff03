"""Queues of jobs. A queue is a function that takes a job and calls `run` later.

A job may be lost, run late, or run more than once: `sweep` puts it into the queue again, and
a second run finds nothing to do.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from notifications.database.routing import for_write, read_your_writes
from notifications.delivery.connections import is_transactional
from notifications.delivery.settings import QUEUES, delivery
from notifications.models import Backend, QueuedRetry


class Job(StrEnum):
    """Kind of a job. Each has the primary key of a row."""

    DELIVER = "DELIVER"
    """Deliver the batch with the key."""
    RETRY = "RETRY"
    """Send the deliveries that are due of the backend with the key."""


def put(job: Job, key: int, *, backend: Backend) -> None:
    """Put a job into the queue once the transaction is committed.

    The jobs of a transactional backend, such as the inbox, come first. If the queue cannot be
    reached, that is logged, and no error: the job is in the database, too.
    """
    setting = delivery()
    queue, options = import_string(setting.queue), {}
    if setting.queue in QUEUES.values():
        name = setting.backend_queues.get(backend.name)
        options = {"queue": name, "urgent": is_transactional(backend)}

    def tell() -> None:
        try:
            queue(job.value, key, **options)
        except Exception:
            _forget(job, key)
            raise

    transaction.on_commit(tell, using=for_write(), robust=True)


def _forget(job: str, key: int) -> None:
    """Record that a job does not wait in the queue, for the next sweep."""
    if job == Job.RETRY:
        QueuedRetry.objects.using(for_write()).filter(backend=key).delete()


def waiting() -> Collection[tuple[str, int]] | None:
    """Return the jobs that no worker has begun yet; None if the queue cannot list them."""
    found: Collection[tuple[str, int]] | None = _of_queue("waiting", lambda: None)()
    return found


def prune(*, before: datetime) -> int:
    """Delete the records of jobs that ended before that time, and return their number."""
    return int(_of_queue("prune", lambda **_: 0)(before=before))


def _of_queue(name: str, default: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of the module of a queue of this project."""
    path = delivery().queue
    if path not in QUEUES.values():
        return default
    return getattr(import_string(path.rpartition(".")[0]), name, default)


def run(job: str, key: int) -> None:
    """Do a job. Raises errors of the database; then the job has to be done again."""
    from notifications.delivery import batches, retrying  # noqa: PLC0415 - they put jobs themselves

    with read_your_writes():
        _forget(job, key)
        {Job.DELIVER: batches.deliver, Job.RETRY: retrying.retry}[Job(job)](key)
