from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.catalogue import read_file, sync
from notifications.errors import InvalidCatalogue


class Command(BaseCommand):
    help = "Load backends and notifications from a TOML file, and print the changes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="TOML file with [[backend]] and [[notification]] tables")
        parser.add_argument(
            "--dry-run", action="store_true", help="print the changes and write nothing"
        )

    def handle(self, *, file: str, dry_run: bool, **_options: Any) -> None:
        try:
            report = sync(read_file(file), dry_run=dry_run)
        except InvalidCatalogue as error:
            raise CommandError(str(error)) from None
        for line in report.lines():
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Nothing was written: this was a dry run.")
