"""Celery, by the app of the project. The `imports` of that app must name this module."""

import threading
import time
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from notifications.delivery import maintenance, shutdown
from notifications.delivery.jobs import run

PATIENCE = 2.0
"""Seconds that a broker has to take a job."""
PAUSE = 10.0
"""Seconds for which a broker that did not is not tried again."""
URGENT = 9
"""Priority of urgent jobs, as RabbitMQ counts; that of the others is 0."""


class BrokerSilent(ConnectionError):
    """The broker did not take a job in time. The next sweep puts it there again."""

    def __init__(self) -> None:
        super().__init__(f"The broker has not answered within {PATIENCE:g} seconds.")


# A worker that is lost half-way hands the job to another one, where the broker can tell.
@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)  # type: ignore[untyped-decorator]
def do(job: str, key: int) -> None:
    run(job, key)


def put(job: str, key: int, *, queue: str | None = None, urgent: bool = False) -> None:
    """Publish a job, and wait for the broker for a moment only. Raises BrokerSilent.

    The thread that a silent broker keeps waiting ends by itself, once the connection is closed.
    """
    if time.monotonic() < broker.tried_again:
        raise BrokerSilent
    options: dict[str, Any] = {"queue": queue} if queue else {}
    options["priority"] = URGENT if urgent else 0
    task = do._get_current_object()  # noqa: SLF001 - a thread may have another app
    if task.app.conf.task_always_eager:
        task.apply_async((job, key), **options)
        return
    publication = _Publication(task, (job, key), options)
    publication.start()
    publication.join(PATIENCE)
    if publication.is_alive():
        broker.tried_again = time.monotonic() + PAUSE
        raise BrokerSilent
    if publication.error is not None:
        raise publication.error


class _Broker:
    tried_again = 0.0
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
        except Exception as error:  # noqa: BLE001 - raised where the job is put
            self.error = error


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Task for Celery's beat: the work of `manage.py deliver_due`."""
    maintenance.sweep()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _stop(**_kwargs: Any) -> None:
    """Have the processes of the pool stop after the message in hand."""
    shutdown.request()
