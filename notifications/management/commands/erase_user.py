from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import ProtectedError, RestrictedError

from notifications.management import user_named
from notifications.privacy import erase


class Command(BaseCommand):
    help = (
        "Erase the personal data of a user, and delete the account with all rows that Django"
        " deletes with it. Can be repeated after an interruption."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help=f"the user's {get_user_model().USERNAME_FIELD}")
        parser.add_argument(
            "--keep-account",
            action="store_true",
            help="deactivate the account instead of deleting it",
        )
        sure = parser.add_mutually_exclusive_group(required=True)
        sure.add_argument("--dry-run", action="store_true", help="only print the numbers of rows")
        sure.add_argument("--yes", action="store_true", help="erase; this cannot be undone")

    def handle(self, *, user: str, keep_account: bool, dry_run: bool, **_options: Any) -> None:
        try:
            counts = erase(user=user_named(user), keep_account=keep_account, dry_run=dry_run)
        except (ProtectedError, RestrictedError) as error:
            raise CommandError(f"Nothing was erased. {_reason(error)}") from None
        for kind, count in sorted(counts.items()):
            self.stdout.write(f"{count:>12,} {kind}")
        self.stdout.write("Nothing was erased: this was a dry run." if dry_run else "Erased.")


def _reason(error: Any) -> str:
    protected = isinstance(error, ProtectedError)
    rows = error.protected_objects if protected else error.restricted_objects
    models = ", ".join(sorted({type(row)._meta.label for row in rows}))
    return f"Rows of {models} protect the account. Allowed: delete them first, --keep-account."
