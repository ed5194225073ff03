"""Indexes that are dropped before many rows are written, and rebuilt afterwards."""

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
"""PRAGMA cache_size of SQLite: negative, in KiB. Its default is 2 MB."""


@contextmanager
def rebuilt_indexes(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Drop indexes and constraints of the tables for the block, and create them after it.

    Must run in a transaction. The names of the tables are quoted. On SQLite, unique constraints
    stay.
    """
    if cursor.db.vendor == "postgresql":
        definitions = _drop(cursor, tables)
        cache = ""
    else:
        definitions = _drop_on_sqlite(cursor, tables)
        cursor.execute("PRAGMA cache_size")
        cache = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = {_CACHE}")
    yield
    for statement in definitions:
        cursor.execute(statement)
    if cache:
        cursor.execute(f"PRAGMA cache_size = {cache}")


def _drop(cursor: Any, tables: Sequence[str]) -> list[str]:
    """Drop them, and return the statements that create them."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    definitions: list[str] = []
    for table in tables:
        for name, definition in _rows(cursor, _CONSTRAINTS, table):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            definitions.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for name, definition in _rows(cursor, _INDEXES, table):
            cursor.execute(f"DROP INDEX {name}")
            definitions.append(definition)
    return definitions


def _drop_on_sqlite(cursor: Any, tables: Sequence[str]) -> list[str]:
    definitions: list[str] = []
    for table in tables:
        for name, definition in _rows(cursor, _SQLITE, table.strip('"')):
            cursor.execute(f'DROP INDEX "{name}"')
            definitions.append(definition)
    return definitions


def _rows(cursor: Any, query: str, table: str) -> list[tuple[str, str]]:
    cursor.execute(query, [table])
    return list(cursor.fetchall())
