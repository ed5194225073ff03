"""The audience read: counted, or streamed in constant memory."""
# ruff: noqa: S608 - all names are those of models, quoted

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections

from notifications.audience.statement import KeyRange, statement
from notifications.database.routing import for_read

SIZE = 50_000
"""How many users a batch of `stream` is about; what is read of them fits the database's memory."""


def count(*, notification: Any, backend: Any) -> int:
    """Return how many users the backend delivers to, and fetch none of them; one statement."""
    using = for_read()
    said = statement(notification=notification, backend=backend, using=using)
    [(number,)] = _rows(f"SELECT COUNT(*) FROM ({said.sql}) a", said.params, using)
    return int(number)


def stream(*, notification: Any, backend: Any, size: int = SIZE) -> Iterator[list[Any]]:
    """Yield the primary keys of all to whom the backend delivers, in batches, lowest first.

    A statement for each `size` users, whether they are in the audience or not, so that memory does
    not grow with their number. Each batch is true at its own moment.
    """
    using = for_read()
    for keys in ranges(size, using=using):
        said = statement(notification=notification, backend=backend, keys=keys, using=using)
        order = f"SELECT a.user_id FROM ({said.sql}) a ORDER BY a.user_id"
        if batch := _keys(order, said.params, using):
            yield batch


def ranges(size: int, *, using: str | None = None) -> Iterator[KeyRange]:
    """Part all users into consecutive ranges of primary keys, of about `size` users each.

    Together they hold every key that there is or will be. In constant memory, and each statement
    reads `size` entries of an index.
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
    """Return the primary keys that a statement selects, as values of Python."""
    meta = get_user_model()._meta
    connection = connections[using]
    keys: list[Any]
    if connection.vendor == "postgresql":  # whose driver reads an array sooner than rows
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
