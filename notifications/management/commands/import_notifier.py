from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.from_notifier import MissingTables, import_all

_LIMIT = 20
"""Number of notes, and of skipped rows, that are printed unless --verbosity is 2."""


class Command(BaseCommand):
    help = (
        "Import backends, notifications, preferences and deliveries from the tables of"
        " django-notifier in the same database. A second run skips imported rows. Existing rows"
        " stay unchanged, except that a backend that is disabled in django-notifier is disabled."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="print the same report and write nothing"
        )

    def handle(self, *, dry_run: bool, verbosity: int, **_options: Any) -> None:
        try:
            report = import_all(dry_run=dry_run)
        except MissingTables as error:
            raise CommandError(str(error)) from None
        for line in report.lines(most=None if verbosity > 1 else _LIMIT):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Nothing was written: this was a dry run.")
