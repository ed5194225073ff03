"""Celery: whatever app the project has. `imports` of that app must name this module."""

from celery import shared_task

from notifications.delivery import sweeping
from notifications.delivery.jobs import run


# A worker that is lost half-way hands the job to another one, where the broker can tell.
@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)  # type: ignore[untyped-decorator]
def do(job: str, key: int) -> None:
    run(job, key)


def put(job: str, key: int) -> None:
    do.delay(job, key)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """What `manage.py deliver_due` does, for Celery's beat."""
    sweeping.sweep()
