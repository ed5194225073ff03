from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from notifications.delivery.settings import delivery
from notifications.delivery.sweeping import prune


class Command(BaseCommand):
    help = "Delete what is known about deliveries that are older, a few at a time."

    def add_arguments(self, parser: CommandParser) -> None:
        keep = delivery().keep_days
        parser.add_argument("--days", type=int, default=keep, help=f"{keep} unless given")

    def handle(self, *, days: int, **_options: Any) -> None:
        deleted = prune(before=now() - timedelta(days=days))
        self.stdout.write(f"Deleted {deleted:,} deliveries.")
