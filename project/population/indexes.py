"""Many rows at once: what makes the database quicker at them, and is put back afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('f', 'u') ORDER BY contype DESC
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = %s::regclass
AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql <> ''"
_CACHE = -256 * 1024
"""In KiB, as SQLite has it, which is content with 2 MB unless told."""


@contextmanager
def built_at_once(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Do without them meanwhile, and make them anew when the rows are there.

    Must run in a transaction. `tables` are quoted. On SQLite, unique constraints stay.
    """
    if cursor.db.vendor == "postgresql":
        again = _dropped(cursor, tables)
        cache = ""
    else:
        again = _dropped_on_sqlite(cursor, tables)
        cursor.execute("PRAGMA cache_size")
        cache = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = {_CACHE}")
    yield
    for statement in again:
        cursor.execute(statement)
    if cache:
        cursor.execute(f"PRAGMA cache_size = {cache}")


def _dropped(cursor: Any, tables: Sequence[str]) -> list[str]:
    """Return the statements that make them anew."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    again: list[str] = []
    for table in tables:
        for name, definition in _rows(cursor, _CONSTRAINTS, table):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for name, definition in _rows(cursor, _INDEXES, table):
            cursor.execute(f"DROP INDEX {name}")
            again.append(definition)
    return again


def _dropped_on_sqlite(cursor: Any, tables: Sequence[str]) -> list[str]:
    again: list[str] = []
    for table in tables:
        for name, definition in _rows(cursor, _SQLITE, table.strip('"')):
            cursor.execute(f'DROP INDEX "{name}"')
            again.append(definition)
    return again


def _rows(cursor: Any, query: str, table: str) -> list[tuple[str, str]]:
    cursor.execute(query, [table])
    return list(cursor.fetchall())
