"""For PostgreSQL: indexes and constraints of big tables, built at once when the rows are there."""

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


@contextmanager
def built_at_once(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Do without them meanwhile; must run in a transaction. `tables` are quoted."""
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
    yield
    for statement in again:
        cursor.execute(statement)


def _rows(cursor: Any, query: str, table: str) -> list[tuple[str, str]]:
    cursor.execute(query, [table])
    return list(cursor.fetchall())
