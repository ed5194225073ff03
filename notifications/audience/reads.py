"""Reads of the audience: as a queryset, counted, or streamed in constant memory."""
# ruff: noqa: S608 - all names are those of models, quoted

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from notifications.arguments import key_of
from notifications.audience.statement import KeyRange, statement
from notifications.database.routing import for_read
from notifications.models import Backend, Notification

SIZE = 50_000
"""Number of users in a range of `stream`. Their rows fit the database's memory."""


def audience(notification: Notification | int, backend: Backend | int) -> QuerySet[Any]:
    """Return the users to whom the backend delivers the notification, as a queryset.

    `notification` and `backend` are rows or primary keys; anything else raises TypeError.

    Evaluation takes one statement, which also reads the cell and the required permissions, so that
    the queryset never uses an older configuration. Permissions are those of the permission tables,
    without those that custom authentication backends grant. PostgreSQL applies further filters to
    the subquery, too; SQLite computes the whole audience first.
    """
    keys = _AudienceKeys(key_of(notification, Notification), key_of(backend, Backend))
    return get_user_model()._default_manager.filter(pk__in=keys)


class _AudienceKeys(RawSQL):
    """Subquery of the users' primary keys, composed for the database that runs the queryset."""

    def __init__(self, notification: int, backend: int) -> None:
        super().__init__("", ())
        self.notification, self.backend = notification, backend

    def as_sql(self, _compiler: Any, connection: Any) -> Any:
        keys = statement(
            notification=self.notification, backend=self.backend, using=connection.alias
        )
        return f"({keys.sql})", keys.params


def count(*, notification: Any, backend: Any) -> int:
    """Return the number of users to whom the backend delivers; one statement."""
    using = for_read()
    users = statement(notification=notification, backend=backend, using=using)
    [(number,)] = _rows(f"SELECT COUNT(*) FROM ({users.sql}) a", users.params, using)
    return int(number)


def stream(*, notification: Any, backend: Any, size: int = SIZE) -> Iterator[list[Any]]:
    """Yield the primary keys of the users to whom the backend delivers, in batches, lowest first.

    Each range of `size` users takes two statements, whether they are in the audience or not, so
    that memory is constant. Each batch is consistent in itself.
    """
    using = for_read()
    for keys in ranges(size, using=using):
        users = statement(notification=notification, backend=backend, keys=keys, using=using)
        ordered = f"SELECT a.user_id FROM ({users.sql}) a ORDER BY a.user_id"
        if batch := _keys(ordered, users.params, using):
            yield batch


def ranges(size: int, *, using: str | None = None) -> Iterator[KeyRange]:
    """Divide all users into consecutive ranges of primary keys, of about `size` users each.

    Together the ranges cover all keys, those of future users included. Memory is constant, and
    each statement reads `size` entries of an index.
    """
    if size < 1:
        raise ValueError(f"A range has {size} users. Allowed: 1 or more.")
    manager = get_user_model()._base_manager.using(using or for_read())
    users = manager.order_by("pk").values_list("pk", flat=True)
    after = None
    while True:
        above = users if after is None else users.filter(pk__gt=after)
        through = next(iter(above[size - 1 : size]), None)
        yield KeyRange(after, through)
        if through is None:
            return
        after = through


def _rows(sql: str, params: Sequence[Any], using: str) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _keys(sql: str, params: Sequence[Any], using: str) -> list[Any]:
    """Return the primary keys that a statement selects, as Python values."""
    meta = get_user_model()._meta
    connection = connections[using]
    keys: list[Any]
    if connection.vendor == "postgresql":  # its driver reads an array faster than rows
        [(keys,)] = _rows(f"SELECT ARRAY({sql})", params, using)
    else:
        keys = [key for (key,) in _rows(sql, params, using)]
    column = meta.pk.get_col(meta.db_table)
    for convert in (
        *connection.ops.get_db_converters(column),
        *column.get_db_converters(connection),
    ):
        keys = [convert(key, column, connection) for key in keys]
    return keys
