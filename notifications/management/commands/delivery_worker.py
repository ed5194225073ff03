import math
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.conf import QUEUES, delivery_settings

LONGEST = 3600.0
"""Seconds between two queries for jobs, at most."""
MOST = 64
"""Processes of one command, at most."""


class Command(BaseCommand):
    help = (
        "Run the jobs of Django's tasks in the database. Continues when the database is back,"
        " interrupts messages that exceed TIME_LIMIT, and stops after the current message."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, default=1, help="number, 1 by default")
        parser.add_argument(
            "--queues",
            default="",
            metavar="NAME,NAME",
            help="queues to work on; by default `default` and those of BACKEND_QUEUES",
        )
        parser.add_argument(
            "--interval",
            type=float,
            default=1.0,
            metavar="SECONDS",
            help="seconds between two queries for jobs, 1 by default",
        )
        parser.add_argument("--batch", action="store_true", help="end when no job is left")

    def handle(
        self, *, processes: int, queues: str, interval: float, batch: bool, **_options: Any
    ) -> None:
        if not 1 <= processes <= MOST:
            raise CommandError(f"--processes is {processes}. Allowed: 1 to {MOST}.")
        if not (math.isfinite(interval) and 0 <= interval <= LONGEST):
            raise CommandError(f"--interval is {interval:g}. Allowed: 0 to {LONGEST:g} seconds.")
        if delivery_settings().queue != QUEUES["tasks"]:
            raise CommandError(
                "NOTIFICATION_DELIVERY['QUEUE'] is not 'tasks', and no jobs are in the database."
                " With Celery, start Celery's worker."
            )
        try:
            from notifications.delivery import supervisor  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise CommandError(
                f"{error}. Install the extra: pip install 'notification-preferences[tasks]'."
            ) from error
        supervisor.run(
            processes=processes,
            queues=[name.strip() for name in queues.split(",") if name.strip()] or _all_queues(),
            interval=interval,
            batch=batch,
        )


def _all_queues() -> list[str]:
    return list(dict.fromkeys(["default", *delivery_settings().backend_queues.values()]))
