import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections

from notifications.delivery import shutdown
from notifications.delivery.maintenance import sweep

logger = logging.getLogger(__name__)

LONGEST = 24 * 3600
"""Seconds between two sweeps, at most."""


class Command(BaseCommand):
    help = "Queue lost jobs, and deliveries that are due. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=float,
            metavar="SECONDS",
            help="repeat, until stopped",
        )

    def handle(self, *, every: float | None, **_options: Any) -> None:
        if every is not None and not 0 < every <= LONGEST:
            raise CommandError(
                f"--every is {every:g}. Allowed: more than 0 and up to {LONGEST} seconds."
            )
        if every is None:
            self._sweep()
            return
        with shutdown.on_signals():
            while not shutdown.requested():
                try:
                    self._sweep()
                except Error:
                    logger.exception("The database cannot be read. The next sweep will try again.")
                close_old_connections()
                shutdown.sleep(every)
        shutdown.reset()

    def _sweep(self) -> None:
        result = sweep()
        if result.batches or result.backends:
            self.stdout.write(
                f"Queued overdue batches: {result.batches}, retries of backends: {result.backends}."
            )
