from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from project.population import Size, UnsuitableUserModel, populate, populated

WIDTH = 40


class Command(BaseCommand):
    help = "Fill the database with made-up users and preferences, for measurements."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--users", type=int, required=True)
        parser.add_argument("--notifications", type=int, default=50)
        parser.add_argument("--backends", type=int, default=4)
        parser.add_argument("--groups", type=int, default=100)
        parser.add_argument(
            "--preferences", type=int, default=4, help="number of each user and group"
        )
        parser.add_argument(
            "--share", type=float, default=1.0, help="share of users with preferences"
        )
        parser.add_argument("--seed", type=int, default=1, help="equal seeds give equal data")
        parser.add_argument("--password", default="", help="password of the first user")
        parser.add_argument("--again", action="store_true", help="add to present data")

    def handle(self, *, password: str, again: bool, **options: Any) -> None:
        names = Size.__dataclass_fields__
        size = Size(**{name: options[name] for name in names})
        _check(size)
        if populated() and not again:
            raise CommandError(
                "Nothing was written: there are users, groups or notifications already."
                " Use --again to add to them."
            )
        try:
            written = populate(size=size, password=password, progress=self._bar(size.users))
        except UnsuitableUserModel as error:
            raise CommandError(str(error)) from None
        for kind, number in written.items():
            self.stdout.write(f"{number:>12,} {kind}")

    def _bar(self, users: int) -> Any:
        def show(done: int) -> None:
            full = WIDTH * done // users
            self.stderr.write(
                f"\r[{'#' * full:{WIDTH}}] {done:,} of {users:,} users",
                ending="\n" if done == users else "",
            )

        return show if self.stderr.isatty() else lambda _done: None


def _check(size: Size) -> None:
    wrong = [
        f"--{name}"
        for name, least in {
            "users": 1,
            "notifications": 1,
            "backends": 1,
            "groups": 0,
            "preferences": 0,
        }.items()
        if getattr(size, name) < least
    ]
    if not 0 <= size.share <= 1:
        wrong.append("--share")
    if wrong:
        raise CommandError(
            f"Out of range: {', '.join(wrong)}. Allowed: --users, --notifications and --backends"
            " from 1, --groups and --preferences from 0, --share from 0 to 1."
        )
