"""Queue of Celery, by the app of the project. Its `imports` must contain this module."""

import threading
import time
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from notifications.delivery import maintenance, shutdown
from notifications.delivery.jobs import run

TIMEOUT = 2.0
"""Seconds that a broker has to accept a job."""
PAUSE = 10.0
"""Seconds for which a silent broker is not tried again."""
URGENT = 9
"""Priority of urgent jobs by RabbitMQ's order; that of the others is 0."""


class BrokerSilent(ConnectionError):
    """Error of a broker that did not accept a job in time. The next sweep queues it again."""

    def __init__(self) -> None:
        super().__init__(f"The broker did not answer within {TIMEOUT:g} seconds.")


# If the broker notices that a worker is lost, it gives the job to another one.
@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)  # type: ignore[untyped-decorator]
def do(job: str, key: int) -> None:
    run(job, key)


def put(job: str, key: int, *, queue: str | None = None, urgent: bool = False) -> None:
    """Publish a job, and wait at most TIMEOUT for the broker. Raises BrokerSilent.

    The thread that waits for a silent broker ends by itself, once the connection is closed.
    """
    if time.monotonic() < broker.retry_at:
        raise BrokerSilent
    options: dict[str, Any] = {"queue": queue} if queue else {}
    options["priority"] = URGENT if urgent else 0
    task = do._get_current_object()  # noqa: SLF001 - a thread may have another app
    if task.app.conf.task_always_eager:
        task.apply_async((job, key), **options)
        return
    publication = _Publication(task, (job, key), options)
    publication.start()
    publication.join(TIMEOUT)
    if publication.is_alive():
        broker.retry_at = time.monotonic() + PAUSE
        raise BrokerSilent
    if publication.error is not None:
        raise publication.error


class _Broker:
    retry_at = 0.0
    """Time on the monotonic clock before which nothing is published."""


broker = _Broker()


class _Publication(threading.Thread):
    def __init__(self, task: Any, job: tuple[str, int], options: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self._task, self._job, self._options = task, job, options
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._task.apply_async(self._job, retry=False, **self._options)
        except Exception as error:  # noqa: BLE001 - raised by `put`
            self.error = error


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Task for Celery's beat: the work of `manage.py deliver_due`."""
    maintenance.sweep()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _stop(**_kwargs: Any) -> None:
    """Let the processes of the pool stop after the current message."""
    shutdown.request()
