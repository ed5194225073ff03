"""Users and all that they have, numbered on from those that there are."""
# ruff: noqa: S608 - all names are those of models, quoted; all values are numbers

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.color import no_style
from django.db import connections
from django.db.models import IntegerField, Max
from django.utils.timezone import now

from notifications.audience.tables import ThroughTable, tables_on
from project.population.numbers import drawn, series
from project.population.offers import Offers
from project.population.people import columns, key_of
from project.population.size import Size

GRANTED = 100
"""One user in so many is granted a permission directly."""
NUMBER = "s.i"

Insert = tuple[str, str, Sequence[Any]]
"""What is written, the statement, and its parameters."""


class Crowd:
    def __init__(self, *, size: Size, offers: Offers, using: str) -> None:
        model = get_user_model()
        self._size, self._offers, self._using = size, offers, using
        self._tables = tables_on(using)
        self._postgresql = connections[using].vendor == "postgresql"
        self._salt = size.seed * 100
        everybody = model._base_manager.using(using)
        numbered = isinstance(model._meta.pk, IntegerField)
        last = everybody.aggregate(last=Max("pk"))["last"] if numbered else everybody.count()
        self._first = (last or 0) + 1

    @property
    def tables(self) -> tuple[str, ...]:
        """Those with the most rows, quoted."""
        tables = self._tables
        return tables.user_prefs, tables.members.table, tables.user_permissions.table

    def slices(self, users: int) -> Iterator[tuple[int, Iterator[Insert]]]:
        """Yield how many users there will have been, and the statements that make it so."""
        for done in range(0, self._size.users, users):
            count = min(users, self._size.users - done)
            first = self._first + done
            numbers = series(first, first + count - 1, postgresql=self._postgresql)
            yield done + count, self._inserts(numbers)

    def finish(self, cursor: Any, password: str) -> None:
        """Let Django count on, and the first user sign in, where there is a password."""
        connection, model = connections[self._using], get_user_model()
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
        if password and self._size.users:
            cursor.execute(f"SELECT {self._key(str(self._first))}")
            user = model._base_manager.using(self._using).get(pk=cursor.fetchone()[0])
            user.set_password(password)
            user.save(update_fields=["password"])

    def _key(self, number: str) -> str:
        return key_of(number, postgresql=self._postgresql)

    def _inserts(self, numbers: str) -> Iterator[Insert]:
        yield self._users(numbers)
        groups = [group.pk for group in self._offers.groups]
        if groups:
            place = drawn(NUMBER, self._salt + 10, len(groups))
            yield "memberships", self._link(self._tables.members, numbers, groups, place), []
        if len(groups) > 1:
            # Half of them are in another group, too.
            other = f"({place} + 1 + {drawn(NUMBER, self._salt + 11, len(groups) - 1)})"
            half = f"{drawn(NUMBER, self._salt + 12, 2)} = 0"
            link = self._link(
                self._tables.members, numbers, groups, f"({other} % {len(groups)})", half
            )
            yield "memberships", link, []
        granted = [permission.pk for permission in self._offers.permissions]
        place = drawn(NUMBER, self._salt + 13, len(granted))
        few = f"{drawn(NUMBER, self._salt + 14, GRANTED)} = 0"
        link = self._link(self._tables.user_permissions, numbers, granted, place, few)
        yield "permissions of users", link, []
        yield from self._preferences(numbers)

    def _users(self, numbers: str) -> Insert:
        quote = connections[self._using].ops.quote_name
        made_up = list(columns(NUMBER, self._first, self._salt, self._using))
        names = ", ".join(quote(name) for name, *_ in made_up)
        values = ", ".join(value for _, value, _ in made_up)
        insert = f"INSERT INTO {self._tables.user} ({names}) SELECT {values} FROM {numbers}"
        return "users", insert, [param for *_, params in made_up for param in params]

    def _link(
        self,
        link: ThroughTable,
        numbers: str,
        targets: Sequence[int],
        place: str,
        whom: str = "1 = 1",
    ) -> str:
        """Link users to targets, each to the one at their `place` among them."""
        return (
            f"INSERT INTO {link.table} ({link.source}, {link.target})"
            f" SELECT {self._key(NUMBER)}, t.pk"
            f" FROM {numbers} JOIN {_listed('pk', [(target,) for target in targets])}"
            f" ON t.place = {place} WHERE {whom}"
        ).replace("%", "%%")

    def _preferences(self, numbers: str) -> Iterator[Insert]:
        """Each at a place of its own: the cells are parted into as many strata."""
        cells = [(cell.notification_id, cell.backend_id) for cell in self._offers.settable]
        each = min(self._size.preferences, len(cells))
        whom = f"{drawn(NUMBER, self._salt + 20, 1000)} < {round(self._size.share * 1000)}"
        for turn in range(each):
            width = len(cells) // each
            start = drawn(NUMBER, self._salt + 21, len(cells))
            within = drawn(NUMBER, self._salt + 30 + turn, width)
            place = f"(({start} + {turn * width} + {within}) % {len(cells)})"
            statement = (
                f"INSERT INTO {self._tables.user_prefs}"
                " (user_id, notification_id, backend_id, notify, created, updated)"
                f" SELECT {self._key(NUMBER)}, t.notification, t.backend,"
                f" {drawn(NUMBER, self._salt + 60 + turn, 2)} = 0, MOMENT, MOMENT"
                f" FROM {numbers} JOIN {_listed('notification, backend', cells)}"
                f" ON t.place = {place} WHERE {whom}"
            )
            moment = connections[self._using].ops.adapt_datetimefield_value(now())
            yield (
                "user preferences",
                statement.replace("%", "%%").replace("MOMENT", "%s"),
                [moment, moment],
            )


def _listed(names: str, rows: Sequence[tuple[int, ...]]) -> str:
    """A table `t` of these rows, with the `place` of each."""
    values = ", ".join(f"({place}, {', '.join(map(str, row))})" for place, row in enumerate(rows))
    selected = ", ".join(
        f"column{number} AS {name.strip()}"
        for number, name in enumerate(f"place, {names}".split(","), 1)
    )
    return f"(SELECT {selected} FROM (VALUES {values}) AS v) AS t"
