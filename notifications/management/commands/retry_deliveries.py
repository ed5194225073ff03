import re
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from notifications.delivery.retry import count_by_name, dead_letters, revive_all
from notifications.errors import InvalidInput

FILTERS = ("backends", "notifications", "since", "until")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_TIME = "Allowed: 2026-01-31, 2026-01-31T10:00, 2026-01-31T10:00+01:00, 90m, 24h or 7d ago."


class Command(BaseCommand):
    help = (
        "Retry dead letters: deliveries that failed permanently. Each is decided again, and has"
        " all its attempts again. Filters are combined; without filters, --all is required."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--backend", action="append", default=[], dest="backends", help="can be repeated"
        )
        parser.add_argument(
            "--notification",
            action="append",
            default=[],
            dest="notifications",
            help="can be repeated",
        )
        time = "of the last attempt: a date, a time, or a duration such as 24h before now"
        parser.add_argument("--since", metavar="TIME", help=f"the earliest time {time}")
        parser.add_argument("--until", metavar="TIME", help=f"the latest time {time}")
        parser.add_argument("--all", action="store_true", help="all dead letters")
        parser.add_argument(
            "--dry-run", action="store_true", help="print the numbers and change nothing"
        )

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        chosen = {name: options[name] for name in FILTERS}
        if bool(options["all"]) == any(chosen.values()):
            raise CommandError(
                "Nothing was chosen, or --all with filters. Allowed: --all, or filters: --backend,"
                " --notification, --since, --until."
            )
        chosen |= {name: _time(f"--{name}", chosen[name]) for name in ("since", "until")}
        try:
            rows = dead_letters(**chosen)
        except InvalidInput as error:
            raise CommandError(str(error)) from None
        for (backend, notification), count in count_by_name(rows).items():
            self.stdout.write(f"{count:>12,} {notification} by {backend}")
        if dry_run:
            self.stdout.write("Nothing was changed: this was a dry run.")
        else:
            self.stdout.write(f"Dead letters queued again: {revive_all(rows):,}.")


def _time(option: str, text: str | None) -> datetime | None:
    """Return the time of an option, in the project's time zone unless it names one.

    Raises CommandError.
    """
    if text is None:
        return None
    if match := re.fullmatch(r"(\d{1,5})([mhd])", text):
        return timezone.now() - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        return _as_stored(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise CommandError(f"{option} is {text!r}. {_TIME}") from None


def _as_stored(found: datetime) -> datetime:
    """Return the time as fields store it: aware, or naive with `USE_TZ = False`."""
    naive = timezone.is_naive(timezone.now())
    if timezone.is_naive(found):
        return found if naive else timezone.make_aware(found)
    return timezone.make_naive(found) if naive else found
