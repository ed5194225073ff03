"""Migrations that do not block requests on PostgreSQL.

A statement such as ALTER TABLE waits for the transactions that use the table, and all later
requests wait for it. These migrations wait for at most LOCK_TIMEOUT, roll back, and try again.
Indexes of existing tables are created and dropped concurrently, which blocks no request.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError, connections, migrations, transaction

LOCK_TIMEOUT = 500
"""Milliseconds for which a migration may block requests."""
MAX_PAUSE = 5.0
"""Highest number of seconds between two attempts."""
MAX_WAIT = 600.0
"""Seconds after which a migration without its locks fails."""

_LOCK_NOT_AVAILABLE = "55P03"
_Result = TypeVar("_Result")


class Migration(migrations.Migration):
    """Migration whose transaction is repeated until it gets all of its locks."""

    def apply(self, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        apply = super().apply
        if collect_sql or not self.atomic:
            return apply(project_state, schema_editor, collect_sql)
        return _with_deferred_statements(
            schema_editor, lambda: apply(project_state.clone(), schema_editor)
        )

    def unapply(self, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        unapply = super().unapply
        if collect_sql or not self.atomic:
            return unapply(project_state, schema_editor, collect_sql)
        return _with_deferred_statements(
            schema_editor, lambda: unapply(project_state.clone(), schema_editor)
        )


def _with_deferred_statements(schema_editor: Any, work: Callable[[], Any]) -> Any:
    """Run a migration and its deferred statements in one savepoint, until it gets its locks."""
    deferred = list(schema_editor.deferred_sql)

    def attempt() -> Any:
        schema_editor.deferred_sql[:] = deferred
        state = work()
        if schema_editor.connection.vendor == "postgresql":
            while schema_editor.deferred_sql:
                schema_editor.execute(schema_editor.deferred_sql.pop(0), None)
        return state

    return with_locks(attempt, using=schema_editor.connection.alias)


def with_locks(work: Callable[[], _Result], *, using: str) -> _Result:
    """Call `work` in a transaction or savepoint, repeatedly until it gets its locks.

    Raises OperationalError if it gets none within MAX_WAIT seconds.
    """
    end = time.monotonic() + MAX_WAIT
    for pause in _pauses():
        try:
            with transaction.atomic(using=using), _short_waits(using):
                return work()
        except OperationalError as error:
            if not _is_lock_timeout(error) or time.monotonic() > end:
                raise
        time.sleep(pause)
    raise AssertionError  # pauses never end


def _pauses() -> Iterator[float]:
    limit = 0.2
    while True:
        yield random.uniform(limit / 2, limit)  # noqa: S311 - jitter, not a secret
        limit = min(limit * 1.5, MAX_PAUSE)


@contextmanager
def _short_waits(using: str) -> Iterator[None]:
    """Limit waits for locks, but not statements, until the end of the transaction."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT}")
            cursor.execute("SET LOCAL statement_timeout = 0")
    yield


def _is_lock_timeout(error: OperationalError) -> bool:
    cause = error.__cause__  # psycopg 3 and psycopg2
    code = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return code == _LOCK_NOT_AVAILABLE


class DropForeignKeyIndex(migrations.AlterField):
    """AlterField to `db_index=False` that drops the index concurrently, and keeps the constraint.

    Django's own operation drops and creates the constraint, which locks both tables. The migration
    needs `atomic = False`.
    """

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        def drop(model: Any, field: Any) -> None:
            for name in schema_editor._constraint_names(  # noqa: SLF001 - as AlterField does
                model, [field.column], index=True, unique=False, primary_key=False
            ):
                quoted = schema_editor.quote_name(name)
                schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {quoted}")

        if not self._concurrently(app_label, schema_editor, from_state, drop):
            with transaction.atomic(using=schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        def create(model: Any, field: Any) -> None:
            sql = schema_editor._create_index_sql(model, fields=[field], concurrently=True)  # noqa: SLF001
            schema_editor.execute(sql)

        if not self._concurrently(app_label, schema_editor, to_state, create):
            with transaction.atomic(using=schema_editor.connection.alias):
                super().database_backwards(app_label, schema_editor, from_state, to_state)

    def _concurrently(
        self, app_label: str, schema_editor: Any, state: Any, change: Callable[[Any, Any], None]
    ) -> bool:
        """Change the index on PostgreSQL and return True; return False on other databases."""
        connection = schema_editor.connection
        if connection.vendor != "postgresql":
            return False
        model = state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(connection.alias, model):
            with _without_timeouts(connection):
                change(model, model._meta.get_field(self.name))
        return True


@contextmanager
def _without_timeouts(connection: Any) -> Iterator[None]:
    """Disable timeouts: concurrent statements wait for old transactions, and block no request."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
        )
        before = cursor.fetchone()
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, false),"
                " set_config('lock_timeout', %s, false)",
                before,
            )
