from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from notifications.conf import delivery_settings
from notifications.delivery.enqueue import prune_jobs
from notifications.delivery.maintenance import prune

LONGEST = 36_500
"""Days of the longest period: a century."""


class Command(BaseCommand):
    help = "Delete old deliveries in chunks. Unread entries of inboxes are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        keep = delivery_settings().keep_days
        parser.add_argument(
            "--days", type=int, default=keep, help=f"number of days to keep, {keep} by default"
        )
        parser.add_argument(
            "--unread", action="store_true", help="delete unread entries of inboxes, too"
        )

    def handle(self, *, days: int, unread: bool, **_options: Any) -> None:
        if not 1 <= days <= LONGEST:
            raise CommandError(f"--days is {days}. Allowed: 1 to {LONGEST}.")
        before = now() - timedelta(days=days)
        deleted = prune(before=before, unread=unread)
        self.stdout.write(f"Deleted {deleted:,} deliveries.")
        if tasks := prune_jobs(before=before):
            self.stdout.write(f"Deleted {tasks:,} records of tasks.")
