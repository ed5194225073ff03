"""Tables of django-notifier, and their rows that no import has processed."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections

from notifications.models import ImportedRow

BACKENDS = "notifier_backend"
NOTIFICATIONS = "notifier_notification"
PERMISSIONS = "notifier_notification_permissions"
CELLS = "notifier_notification_backends"
GROUP_PREFS = "notifier_groupprefs"
USER_PREFS = "notifier_userprefs"
SENT = "notifier_sentnotification"
TABLES = (BACKENDS, NOTIFICATIONS, PERMISSIONS, CELLS, GROUP_PREFS, USER_PREFS, SENT)


class MissingTables(LookupError):
    """Tables of django-notifier are missing in the database."""

    def __init__(self, tables: Sequence[str], *, using: str) -> None:
        self.tables = tuple(tables)
        super().__init__(
            f"The database {using!r} has no table {', '.join(tables)}. Run import_notifier on the"
            f" database of django-notifier, with its tables {', '.join(TABLES)}."
        )


def check(using: str) -> None:
    """Raise MissingTables if a table of django-notifier is not in the database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        found = connection.introspection.table_names(cursor)
    if missing := [table for table in TABLES if table not in found]:
        raise MissingTables(missing, using=using)


def lock(using: str) -> None:
    """Make concurrent imports wait until this transaction ends.

    SQLite needs no lock: it has one writer at a time.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = ImportedRow._meta.db_table
            cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')


def has_column(table: str, name: str, *, using: str) -> bool:
    """Return True if the table has this column. Before 0.7, deliveries have no column `read`."""
    connection = connections[using]
    with connection.cursor() as cursor:
        description = connection.introspection.get_table_description(cursor, table)
    return any(column.name == name for column in description)


def unprocessed(table: str) -> str:
    """Return an SQL condition: no import has processed row `o` of this table."""
    ledger = ImportedRow._meta.db_table
    return (
        f'NOT EXISTS (SELECT 1 FROM "{ledger}" AS i'  # noqa: S608
        f" WHERE i.\"table\" = '{table}' AND i.key = o.id)"
    )


def names(table: str, *, using: str) -> dict[int, str]:
    """Return the names in a table of backends or notifications, by key."""
    with connections[using].cursor() as cursor:
        cursor.execute(f'SELECT id, name FROM "{table}"')  # noqa: S608
        return dict(cursor.fetchall())


def read(table: str, columns: Sequence[str], *, using: str) -> list[tuple[Any, ...]]:
    """Return these columns of the unprocessed rows, oldest first."""
    quoted = ", ".join(f'o."{name}"' for name in columns)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'SELECT {quoted} FROM "{table}" AS o'  # noqa: S608
            f" WHERE {unprocessed(table)} ORDER BY o.id"
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def processed(table: str, *, using: str) -> int:
    """Return the number of rows of the table that earlier imports have processed."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'SELECT COUNT(*) FROM "{table}" AS o'  # noqa: S608
            f" WHERE NOT {unprocessed(table)}"
        )
        count: int = cursor.fetchone()[0]
        return count


def mark(table: str, keys: Iterable[int], *, using: str) -> None:
    """Record rows as processed."""
    rows = [ImportedRow(table=table, key=key) for key in keys]
    ImportedRow._base_manager.using(using).bulk_create(rows, batch_size=1_000)
