"""Supervisor of worker processes for jobs in the tables of django-tasks-db.

The worker extends that of `db_worker`: it does not end at errors, and continues when the database
is back. A process that is stuck or lost is replaced.
"""

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.core.management.base import CommandError
from django.db import connections
from django.utils.crypto import get_random_string
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.compat import task_backends
from django_tasks_db.management.commands.db_worker import Worker

from notifications.delivery import shutdown
from notifications.delivery.queues.tasks import do
from notifications.delivery.time_limit import end_process_if_stuck

logger = logging.getLogger(__name__)

MAX_PAUSE = 5.0
"""Seconds between two attempts to reach the database, at most."""
REPLACE_AFTER = 1.0
"""Seconds after which a process that has ended is replaced."""
STEP = 0.2
"""Seconds between two checks of processes, and the first pause after an error."""


def run(*, processes: int, queues: list[str], interval: float, batch: bool) -> None:
    """Run jobs until SIGTERM or SIGINT; until none is left if `batch`.

    `interval` is the number of seconds between two queries for jobs. Raises CommandError if tasks
    are not kept in the database.
    """
    alias = do.backend
    if not isinstance(task_backends[alias], DatabaseBackend):
        raise CommandError(f"TASKS[{alias!r}] does not keep its tasks in the database.")

    def work() -> None:
        options: Any = {"queue_names": queues, "interval": interval, "batch": batch}
        worker = _Worker(
            **options,
            backend_name=alias,
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        worker.run()

    shutdown.reset()
    if not hasattr(os, "fork"):
        work()
        return
    _Supervisor(work, processes=processes, batch=batch).run()


class _Worker(Worker):
    """Worker of django-tasks-db that continues after errors."""

    _stopped = 0.0

    def run(self) -> None:
        pause = STEP
        while self.running:
            began = time.monotonic()
            try:
                super().run()
            except Exception:
                logger.exception("The worker failed, and continues.")
                connections.close_all()
                pause = STEP if time.monotonic() - began > MAX_PAUSE else pause
                shutdown.sleep(pause)
                pause = min(pause * 2, MAX_PAUSE)
            else:
                return

    def shutdown(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a handler's signature
        """Stop after the current message; a later signal ends the process.

        A terminal sends Ctrl-C to this process and to its parent, which forwards it.
        """
        if self.running:
            self._stopped = time.monotonic()
        elif time.monotonic() - self._stopped > shutdown.AGAIN:
            self.reset_signals()
            os.kill(os.getpid(), signum)
        self.running = False
        shutdown.request()
        if not self.running_task:
            sys.exit(0)


class _Supervisor:
    """Parent of the worker processes, which replaces those that end."""

    def __init__(self, work: Callable[[], None], *, processes: int, batch: bool) -> None:
        self._work = work
        self._processes = processes
        self._batch = batch
        self._running: set[int] = set()

    def run(self) -> None:
        connections.close_all()
        with shutdown.on_signals():
            self._running = {self._start() for _ in range(self._processes)}
            while self._running and not shutdown.requested():
                self._replace()
                shutdown.sleep(STEP)
        self._end()

    def _start(self) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            end_process_if_stuck()
            self._work()
            status = 0
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 0
        except BaseException:  # noqa: BLE001 - the parent's code must not run here
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)  # without waiting for threads of a stuck backend

    def _ended(self) -> list[tuple[int, int]]:
        """Return the ids and exit codes of processes that have ended since the last call."""
        found = []
        for pid in sorted(self._running):
            known, status = os.waitpid(pid, os.WNOHANG)
            if known:
                self._running.discard(pid)
                found.append((pid, os.waitstatus_to_exitcode(status)))
        return found

    def _replace(self) -> None:
        for pid, code in self._ended():
            if self._batch and code == 0:
                continue
            logger.warning("The worker process %s ended with %s, and is replaced.", pid, code)
            shutdown.sleep(REPLACE_AFTER)
            if not shutdown.requested():
                self._running.add(self._start())

    def _end(self) -> None:
        """Stop the processes after the current message, and kill those that do not end in time."""
        self._signal(signal.SIGTERM)
        end = time.monotonic() + 2 * shutdown.GRACE
        while self._running and time.monotonic() < end:
            self._ended()
            time.sleep(STEP / 4)
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        for pid in self._running:
            os.kill(pid, number)
