import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.management import user_named
from notifications.privacy import export


class Command(BaseCommand):
    help = "Export the personal data of a user as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help=f"the user's {get_user_model().USERNAME_FIELD}")
        parser.add_argument(
            "--output", metavar="FILE", help="a new file that only its owner can read"
        )

    def handle(self, *, user: str, output: str | None, **_options: Any) -> None:
        sections = export(user=user_named(user))
        if output is None:
            for part in _encoded(sections):
                self.stdout.write(part, ending="")
            return
        try:
            descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise CommandError(f"--output {output} exists. Allowed: a new file.") from None
        except OSError as error:
            raise CommandError(f"--output {output} cannot be written: {error.strerror}.") from None
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(_encoded(sections))
        self.stdout.write(f"Wrote {Path(output).stat().st_size:,} bytes.")


def _encoded(sections: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts of a JSON object, with the items of iterables one by one."""
    separator = "{"
    for name, value in sections.items():
        yield f"{separator}\n{json.dumps(name)}: "
        separator = ","
        if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
            yield json.dumps(value, ensure_ascii=False)
        else:
            yield from _list(value)
    yield "\n}\n"


def _list(values: Iterable[Any]) -> Iterator[str]:
    separator = "["
    for value in values:
        yield f"{separator}\n  {json.dumps(value, ensure_ascii=False)}"
        separator = ","
    yield "[]" if separator == "[" else "\n]"
