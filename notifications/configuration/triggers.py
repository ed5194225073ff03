"""Version of the configuration in the database, and the triggers that change it.

Triggers notice changes that send no signals: bulk updates, `loaddata`, other programs. They are
created after each `migrate`, because a migration that rebuilds a table, as SQLite's do, loses them.
If one is missing, the configuration is not cached.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connections

from notifications.database.online_migrations import with_locks
from notifications.database.routing import for_write
from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend

logger = logging.getLogger(__name__)

TABLE = "notifications_version"
"""Table of tokens. The version of a part is the sum of its tokens, which are random: no version
occurs twice, not even after a rollback. Each transaction that changes the configuration writes a
row of its own, with its ID as `writer`, so that transactions do not wait for each other. The table
has no model, so that no fixture restores an old version.
"""
NAME = "notifications_changed"
_TOKEN = 2**50
"""Upper bound of tokens: the sum of many fits into 64 bits."""

Version = tuple[int | None, int | None]
"""Versions of the catalogue and of the groups. A part whose version is None is not cached."""


class Part(StrEnum):
    """A part of the configuration with a version of its own."""

    CATALOGUE = "catalogue"
    GROUPS = "groups"


def tables() -> Mapping[str, Part]:
    """Return the tables that the configuration is read from, with the part that they belong to."""
    catalogue: tuple[Any, ...] = (
        Notification,
        Notification.permissions.through,
        NotificationBackend,
        Backend,
        Permission,
        ContentType,
    )
    groups: tuple[Any, ...] = (GroupPrefs, Group, Group.permissions.through)
    return {model._meta.db_table: Part.CATALOGUE for model in catalogue} | {
        model._meta.db_table: Part.GROUPS for model in groups
    }


def install_after_migrate(*, using: str, **_kwargs: Any) -> None:
    """Create the triggers and new versions in PostgreSQL and SQLite."""
    statements = {"postgresql": _postgresql, "sqlite": _sqlite}.get(connections[using].vendor)
    if (
        statements is None
        or using != for_write()
        or TABLE not in connections[using].introspection.table_names()
    ):
        return

    def execute_all() -> None:
        with connections[using].cursor() as cursor:
            for statement in statements():
                cursor.execute(statement)

    try:
        installed.add(using)
        with_locks(execute_all, using=using)
    except DatabaseError as error:
        logger.warning("The configuration is not cached: its triggers cannot be created: %s", error)


@cache
def select_version(select: str, *, installed: bool = True) -> str:
    """Return SQL that selects a Version: two integers, or NULL for an unknown version.

    `select` is the beginning of the statement, with a pair of braces for each of the two. With
    `installed=False`, both are NULL and the table of versions is not read.
    """
    if not installed:
        return select.format(*["CAST(NULL AS bigint)"] * 2)
    parts = (Part.CATALOGUE, Part.GROUPS)
    sums = (f"CAST(SUM(token) FILTER (WHERE part = '{part}') AS bigint)" for part in parts)
    return f"{select.format(*sums)} FROM {TABLE}"


def execute(cursor: Any, compose: Callable[..., str], params: Any, *, using: str) -> None:
    """Execute the SQL that `compose(installed=…)` returns.

    `installed` is False if there is no table of versions, as in a database that was created
    without migrations.
    """
    is_installed = _is_installed(using)
    try:
        cursor.execute(compose(installed=is_installed), params)
    except DatabaseError:
        if not is_installed or not _was_dropped(using):
            raise
        cursor.execute(compose(installed=False), params)


installed: set[str] = set()
"""Aliases of databases that have the table of versions."""


def _is_installed(using: str) -> bool:
    if using not in installed and TABLE in connections[using].introspection.table_names():
        installed.add(using)
    return using in installed


def _was_dropped(using: str) -> bool:
    installed.discard(using)
    try:
        return not _is_installed(using)
    except DatabaseError:  # the transaction is aborted
        return False


def remove(using: str) -> None:
    """Drop the triggers. Call it before the table of versions is dropped."""
    installed.discard(using)
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {NAME}() CASCADE")
        elif connection.vendor == "sqlite":
            for table in tables():
                for event in _EVENTS:
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{NAME}_{table}_{event}"')


def all_exist(using: str) -> str:
    """Return an SQL expression that is true if all triggers exist and are enabled."""
    names = ", ".join(f"'{table}'" for table in tables())
    if connections[using].vendor == "postgresql":
        return (
            f"(SELECT COUNT(*) = {len(tables())} FROM pg_trigger"  # noqa: S608
            f" WHERE tgname = '{NAME}' AND tgenabled IN ('O', 'A') AND tgrelid IN"
            f" (SELECT to_regclass(quote_ident(name)) FROM unnest(ARRAY[{names}]) AS name))"
        )
    if connections[using].vendor == "sqlite":
        return (
            f"(SELECT COUNT(*) = {len(tables()) * len(_EVENTS)} FROM sqlite_master"  # noqa: S608
            f" WHERE type = 'trigger' AND name LIKE '{NAME}_%%' AND tbl_name IN ({names}))"
        )
    return "FALSE"


def _postgresql() -> Iterator[str]:
    """Yield statements for PostgreSQL."""
    # Committed rows of other transactions are no longer needed. Locked rows are skipped: another
    # transaction deletes them. Under stricter isolation levels, deleting a row that another
    # transaction has deleted raises an error, so no row is deleted.
    yield f"""
        CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path FROM CURRENT AS $$
        BEGIN
            IF current_setting('transaction_isolation') = 'read committed' THEN
                DELETE FROM {TABLE} WHERE (part, writer) IN (
                    SELECT part, writer FROM {TABLE}
                    WHERE part = TG_ARGV[0] AND writer <> txid_current()
                    FOR UPDATE SKIP LOCKED
                );
            END IF;
            INSERT INTO {TABLE} (part, writer, token)
            VALUES (TG_ARGV[0], txid_current(), floor(random() * {_TOKEN})::bigint)
            ON CONFLICT (part, writer) DO UPDATE SET token = excluded.token;
            RETURN NULL;
        END
        $$
    """  # noqa: S608
    for table, part in tables().items():
        yield (
            f"CREATE OR REPLACE TRIGGER {NAME} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE"
            f" ON \"{table}\" FOR EACH STATEMENT EXECUTE FUNCTION {NAME}('{part}')"
        )
    for part in Part:
        yield (
            f"INSERT INTO {TABLE} (part, writer, token)"  # noqa: S608
            f" VALUES ('{part}', txid_current(), floor(random() * {_TOKEN})::bigint)"
            " ON CONFLICT (part, writer) DO UPDATE SET token = excluded.token"
        )


_EVENTS = ("INSERT", "UPDATE", "DELETE")


def _sqlite() -> Iterator[str]:
    """Yield statements for SQLite. It has one writer at a time, hence one row for each part."""
    token = f"abs(random() % {_TOKEN})"
    yield f"DELETE FROM {TABLE}"  # noqa: S608
    for part in Part:
        yield (
            f"INSERT INTO {TABLE} (part, writer, token)"  # noqa: S608
            f" VALUES ('{part}', 0, {token})"
        )
    for table, changed in tables().items():
        for event in _EVENTS:
            # UPDATE, because an INSERT would become OR IGNORE if the outer statement is one.
            yield (
                f'CREATE TRIGGER IF NOT EXISTS "{NAME}_{table}_{event}"'  # noqa: S608
                f' AFTER {event} ON "{table}" BEGIN'
                f" UPDATE {TABLE} SET token = {token} WHERE part = '{changed}'; END"
            )
