"""Made-up users with their memberships, permissions and preferences, written by the database."""
# ruff: noqa: S608 - all names are those of models, quoted; all values are numbers

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.color import no_style
from django.db import connections
from django.db.models import IntegerField, Max
from django.utils.timezone import now

from notifications.models.tables import ThroughTable, tables_on
from project.population.catalogue import CatalogueRows, Size
from project.population.people import columns, key_of, number_series, random_number

GRANTED = 100
"""One user in 100 holds a permission directly."""
NUMBER = "s.i"

Insert = tuple[str, str, Sequence[Any]]
"""Name of the rows, the statement, and its parameters."""


class UserRows:
    """Inserts of users, with numbers that follow those of the present users."""

    def __init__(self, *, size: Size, catalogue: CatalogueRows, using: str) -> None:
        model = get_user_model()
        self._size, self._catalogue, self._using = size, catalogue, using
        self._tables = tables_on(using)
        self._postgresql = connections[using].vendor == "postgresql"
        self._salt = size.seed * 100
        users_in_database = model._base_manager.using(using)
        numbered = isinstance(model._meta.pk, IntegerField)
        last = (
            users_in_database.aggregate(last=Max("pk"))["last"]
            if numbered
            else users_in_database.count()
        )
        self._first = (last or 0) + 1

    @property
    def tables(self) -> tuple[str, ...]:
        """Quoted names of the tables with the most rows."""
        tables = self._tables
        return tables.user_prefs, tables.members.table, tables.user_permissions.table

    def slices(self, users: int) -> Iterator[tuple[int, Iterator[Insert]]]:
        """Yield the number of users after each slice, and the statements of the slice."""
        for done in range(0, self._size.users, users):
            count = min(users, self._size.users - done)
            first = self._first + done
            numbers = number_series(first, first + count - 1, postgresql=self._postgresql)
            yield done + count, self._inserts(numbers)

    def finish(self, cursor: Any, password: str) -> None:
        """Reset the sequence of keys, and set the password of the first user, if there is one."""
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
        groups = [group.pk for group in self._catalogue.groups]
        if groups:
            position = random_number(NUMBER, self._salt + 10, len(groups))
            yield "memberships", self._link(self._tables.members, numbers, groups, position), []
        if len(groups) > 1:
            # Half of the users are in a second group.
            other = f"({position} + 1 + {random_number(NUMBER, self._salt + 11, len(groups) - 1)})"
            half = f"{random_number(NUMBER, self._salt + 12, 2)} = 0"
            link = self._link(
                self._tables.members, numbers, groups, f"({other} % {len(groups)})", half
            )
            yield "memberships", link, []
        granted = [permission.pk for permission in self._catalogue.permissions]
        position = random_number(NUMBER, self._salt + 13, len(granted))
        few = f"{random_number(NUMBER, self._salt + 14, GRANTED)} = 0"
        link = self._link(self._tables.user_permissions, numbers, granted, position, few)
        yield "permissions of users", link, []
        yield from self._preferences(numbers)

    def _users(self, numbers: str) -> Insert:
        quote = connections[self._using].ops.quote_name
        user_columns = list(columns(NUMBER, self._first, self._salt, self._using))
        names = ", ".join(quote(name) for name, *_ in user_columns)
        values = ", ".join(value for _, value, _ in user_columns)
        insert = f"INSERT INTO {self._tables.user} ({names}) SELECT {values} FROM {numbers}"
        return "users", insert, [param for *_, params in user_columns for param in params]

    def _link(
        self,
        link: ThroughTable,
        numbers: str,
        targets: Sequence[int],
        position: str,
        condition: str = "1 = 1",
    ) -> str:
        """Return an insert that links each user to the target at the SQL `position`."""
        return (
            f"INSERT INTO {link.table} ({link.source}, {link.target})"
            f" SELECT {self._key(NUMBER)}, t.pk"
            f" FROM {numbers} JOIN {_values('pk', [(target,) for target in targets])}"
            f" ON t.position = {position} WHERE {condition}"
        ).replace("%", "%%")

    def _preferences(self, numbers: str) -> Iterator[Insert]:
        """Yield an insert for each preference of a user: each is about another stratum of cells."""
        cells = [(cell.notification_id, cell.backend_id) for cell in self._catalogue.settable]
        each = min(self._size.preferences, len(cells))
        condition = (
            f"{random_number(NUMBER, self._salt + 20, 1000)} < {round(self._size.share * 1000)}"
        )
        for turn in range(each):
            width = len(cells) // each
            start = random_number(NUMBER, self._salt + 21, len(cells))
            within = random_number(NUMBER, self._salt + 30 + turn, width)
            position = f"(({start} + {turn * width} + {within}) % {len(cells)})"
            statement = (
                f"INSERT INTO {self._tables.user_prefs}"
                " (user_id, notification_id, backend_id, notify, created, updated)"
                f" SELECT {self._key(NUMBER)}, t.notification, t.backend,"
                f" {random_number(NUMBER, self._salt + 60 + turn, 2)} = 0, MOMENT, MOMENT"
                f" FROM {numbers} JOIN {_values('notification, backend', cells)}"
                f" ON t.position = {position} WHERE {condition}"
            )
            moment = connections[self._using].ops.adapt_datetimefield_value(now())
            yield (
                "user preferences",
                statement.replace("%", "%%").replace("MOMENT", "%s"),
                [moment, moment],
            )


def _values(names: str, rows: Sequence[tuple[int, ...]]) -> str:
    """Return SQL of a table `t` of the rows, with the `position` of each."""
    values = ", ".join(
        f"({position}, {', '.join(map(str, row))})" for position, row in enumerate(rows)
    )
    selected = ", ".join(
        f"column{number} AS {name.strip()}"
        for number, name in enumerate(f"position, {names}".split(","), 1)
    )
    return f"(SELECT {selected} FROM (VALUES {values}) AS v) AS t"
