"""The port to whatever runs jobs. A queue is a function that takes a job and calls `run` later.

A job may be lost, run late, or run more than once: `sweeping` puts it into the queue again, and
whoever comes second finds nothing to do.
"""

from enum import StrEnum

from django.db import transaction
from django.utils.module_loading import import_string

from notifications.databases import for_write, read_your_writes
from notifications.delivery.settings import delivery


class Job(StrEnum):
    """What there is to do; each goes with the primary key of what it is about."""

    DELIVER = "DELIVER"
    """Deliver a batch."""
    RETRY = "RETRY"
    """Deliver what is due of a backend."""


def put(job: Job, key: int) -> None:
    """Put a job into the queue once the transaction is committed.

    A queue that cannot be reached is logged, and no error: the job is in the database, too.
    """
    queue = import_string(delivery().queue)

    def tell() -> None:
        queue(job.value, key)

    transaction.on_commit(tell, using=for_write(), robust=True)


def run(job: str, key: int) -> None:
    """Do a job. Raises what the database raises; then the job is to be done again."""
    from notifications.delivery import batches, retrying  # noqa: PLC0415 - they put jobs themselves

    with read_your_writes():
        {Job.DELIVER: batches.deliver, Job.RETRY: retrying.retry}[Job(job)](key)
