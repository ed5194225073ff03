import json
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.database.routing import for_write
from notifications.delivery.progress import watch
from notifications.errors import InvalidContext, InvalidKey, UnknownNotification
from notifications.shortcuts import EVERYBODY, send_notification


class Command(BaseCommand):
    help = "Queue a notification, and show the progress of its delivery."

    def add_arguments(self, parser: CommandParser) -> None:
        field = get_user_model().USERNAME_FIELD
        parser.add_argument("name", help="name of the notification")
        recipients = parser.add_mutually_exclusive_group(required=True)
        recipients.add_argument("--users", nargs="+", metavar="USER", help=f"users by {field}")
        recipients.add_argument("--everybody", action="store_true", help="the whole audience")
        parser.add_argument("--context", default="{}", help="values for templates, as JSON")
        parser.add_argument("--key", help="a repeat with the same key sends nothing")
        parser.add_argument(
            "--watch",
            action="store_true",
            help="show the progress; exit with status 1 if deliveries fail for good",
        )

    def handle(self, *, name: str, users: list[str] | None, **options: Any) -> None:
        try:
            queued = send_notification(
                name,
                EVERYBODY if users is None else self._users(users),
                self._context(options["context"]),
                key=options["key"],
            )
        except (UnknownNotification, InvalidContext, InvalidKey) as error:
            raise CommandError(str(error)) from None
        if not queued.backends:
            self.stdout.write(f"Nothing was queued for the key {queued.key!r}.")
        for backend, count in queued.backends.items():
            self.stdout.write(f"{backend}: {_recipients(count)}")
        if options["watch"]:
            self._watch(queued.send)

    def _users(self, names: list[str]) -> list[Any]:
        model = get_user_model()
        field = model.USERNAME_FIELD
        known = {
            user.get_username(): user
            for user in model._default_manager.using(for_write()).filter(**{f"{field}__in": names})
        }
        if missing := [name for name in names if name not in known]:
            raise CommandError(f"There is no user with the {field} {', '.join(missing)}.")
        return list(known.values())

    def _context(self, text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as error:
            raise CommandError(f"--context is not valid JSON: {error}.") from None

    def _watch(self, send: int) -> None:
        """Print the progress: on a terminal in place, elsewhere a line for each change.

        Raises CommandError at the end if deliveries failed permanently, except those to users
        without an address.
        """
        in_place, failed = self.stdout.isatty(), 0
        try:
            for progress in watch(send=send):
                self.stdout.write(progress.summary(), ending="\r" if in_place else "\n")
                self.stdout.flush()
                failed = progress.failures
        except KeyboardInterrupt:
            self.stdout.write("\nStopped watching. Workers continue the delivery.")
        else:
            self.stdout.write("\n" if in_place else "", ending="")
            if failed:
                raise CommandError(f"Deliveries that failed permanently: {failed:,}.")


def _recipients(count: int | None) -> str:
    if count is None:
        return "the whole audience"
    return "1 user" if count == 1 else f"{count:,} users"
