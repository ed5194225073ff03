from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from project.population import Size, UnsuitableUserModel, populate, populated

WIDTH = 40


class Command(BaseCommand):
    help = "Fill the database with made-up people and preferences, to measure with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--users", type=int, required=True)
        parser.add_argument("--notifications", type=int, default=50)
        parser.add_argument("--backends", type=int, default=4)
        parser.add_argument("--groups", type=int, default=100)
        parser.add_argument("--preferences", type=int, default=4, help="of each user and group")
        parser.add_argument(
            "--share", type=float, default=1.0, help="of the users, those who have preferences"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same gives the same data")
        parser.add_argument("--password", default="", help="what the first user signs in with")
        parser.add_argument("--again", action="store_true", help="add to what is there already")

    def handle(self, *, password: str, again: bool, **options: Any) -> None:
        names = Size.__dataclass_fields__
        size = Size(**{name: options[name] for name in names})
        _refuse_nonsense(size)
        if populated() and not again:
            raise CommandError(
                "There are users, groups or notifications already, and nothing was written."
                " To add to them, say --again."
            )
        try:
            written = populate(size=size, password=password, progress=self._bar(size.users))
        except UnsuitableUserModel as error:
            raise CommandError(str(error)) from None
        for what, number in written.items():
            self.stdout.write(f"{number:>12,} {what}")

    def _bar(self, users: int) -> Any:
        def show(done: int) -> None:
            full = WIDTH * done // users
            self.stderr.write(
                f"\r[{'#' * full:{WIDTH}}] {done:,} of {users:,} users",
                ending="\n" if done == users else "",
            )

        return show if self.stderr.isatty() else lambda _done: None


def _refuse_nonsense(size: Size) -> None:
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
        raise CommandError(f"{', '.join(wrong)}: not a number that makes sense.")
