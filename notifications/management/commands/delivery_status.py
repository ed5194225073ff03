import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from notifications.delivery.metrics import COUNTERS
from notifications.delivery.status import MOST, MOST_QUEUED, BackendStatus, Status, status

LIMITS = ("max_sweep_age", "max_overdue", "max_dead")


class Command(BaseCommand):
    help = (
        "Print the state of delivery by backend: queue, counters, last sweep. Exits with status 1"
        " if a limit is exceeded, for monitoring."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")
        for option, default, text in (
            ("--max-sweep-age", 600, "seconds since the last sweep; 600 by default"),
            ("--max-overdue", 900, "seconds since work was due; 900 by default"),
            ("--max-dead", None, "dead letters of a backend; no limit by default"),
        ):
            parser.add_argument(option, type=float, default=default, metavar="N", help=text)

    def handle(self, *, format: str, **options: Any) -> None:  # noqa: A002 - the option's name
        limits = {name: options[name] for name in LIMITS}
        for name, limit in limits.items():
            if limit is not None and not limit >= 0:
                option = name.replace("_", "-")
                raise CommandError(f"--{option} is {limit:g}. Allowed: 0 or more.")
        try:
            found = status()
        except DatabaseError as error:
            raise CommandError(f"The database cannot be read: {error}") from error
        problems = list(_problems(found, **limits))
        if format == "json":
            self.stdout.write(json.dumps(_values(found, problems), indent=2))
        else:
            for line in _lines(found):
                self.stdout.write(line)
        if problems:
            raise CommandError(" ".join(problems))


def _problems(
    found: Status, *, max_sweep_age: float, max_overdue: float, max_dead: float | None
) -> Iterator[str]:
    """Yield a sentence for each limit that is exceeded."""
    if found.sweep_age is None:
        yield "There was no sweep yet. Run deliver_due every few seconds."
    elif found.sweep_age > max_sweep_age:
        yield f"The last sweep is {found.sweep_age:.0f} seconds old. Allowed: {max_sweep_age:g}."
    for backend in found.backends:
        if (backend.overdue or 0) > max_overdue:
            yield (
                f"Work of the backend {backend.name!r} is overdue by {backend.overdue:.0f} seconds."
                f" Allowed: {max_overdue:g}."
            )
        if max_dead is not None and backend.dead_letters > max_dead:
            yield (
                f"The backend {backend.name!r} has {backend.dead_letters:,} dead letters."
                f" Allowed: {max_dead:g}."
            )


def _values(found: Status, problems: list[str]) -> dict[str, Any]:
    return {
        "last_sweep": found.last_sweep and found.last_sweep.isoformat(),
        "sweep_age_seconds": found.sweep_age,
        "backends": [_backend_values(backend) for backend in found.backends],
        "problems": problems,
    }


def _backend_values(backend: BackendStatus) -> dict[str, Any]:
    return {
        "name": backend.name,
        "enabled": backend.enabled,
        "queued": backend.queued,
        "batches": backend.batches,
        "oldest_seconds": backend.oldest,
        "overdue_seconds": backend.overdue,
        "dead_letters": backend.dead_letters,
        **backend.counters,
        "seconds_to_deliver": {
            "sum": backend.seconds,
            "within": {str(bound): count for bound, count in backend.buckets},
        },
    }


def _lines(found: Status) -> Iterator[str]:
    """Yield the lines of a table with a row for each backend, and of the last sweep."""
    head = ["backend", "queued", "batches", "oldest", "overdue", "dead now", *COUNTERS]
    rows = [[*head, "50 % in", "95 % in"], *map(_row, found.backends)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        padded = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        yield "  ".join([name.ljust(widths[0]), *padded])
    if found.last_sweep is None:
        yield "Last sweep: never"
    else:
        moment = found.last_sweep.isoformat(" ", "seconds")
        yield f"Last sweep: {moment}, {_duration(found.sweep_age)} ago"


def _row(backend: BackendStatus) -> list[str]:
    return [
        backend.name if backend.enabled else f"{backend.name} (disabled)",
        _number(backend.queued, most=MOST_QUEUED),
        _number(backend.batches, most=MOST),
        _duration(backend.oldest),
        _duration(backend.overdue),
        _number(backend.dead_letters, most=MOST),
        *(f"{backend.counters[name]:,}" for name in COUNTERS),
        _duration(backend.quantile(0.5)),
        _duration(backend.quantile(0.95)),
    ]


def _number(count: int, *, most: int) -> str:
    return f"{count:,}+" if count >= most else f"{count:,}"


def _duration(seconds: float | None) -> str:
    """Return a duration in its largest two units, such as `3 h 20 min`; `-` for None."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
