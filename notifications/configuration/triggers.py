"""Triggers that change the version of the configuration with whatever changes the configuration.

Made after each `migrate`: a migration that rebuilds a table, as SQLite's do, loses them. They
catch what signals miss: bulk updates, `loaddata`, other programs. Where they are missing, nothing
is cached.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connections

from notifications.database.online_migrations import with_locks
from notifications.database.routing import for_write
from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend

logger = logging.getLogger(__name__)

TABLE = "notifications_version"
"""The version of a part is the sum of its tokens, which are random: none comes twice, not even
after a rollback. Each transaction that changes something has a row of its own, under its number as
`writer`, so that none waits for another. No model: no fixture shall bring old versions back.
"""
NAME = "notifications_changed"
_TOKEN = 2**50
"""Tokens are below this, so that the sum of many fits into 64 bits."""


class Part(StrEnum):
    """What is cached together, because it changes together."""

    CATALOGUE = "catalogue"
    GROUPS = "groups"


def tables() -> Mapping[str, Part]:
    """Return what the configuration is read from, by table."""
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
    """Create the triggers, where the database can have them, and new versions."""
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
        logger.warning("The configuration is not cached, for want of triggers: %s", error)


def execute(cursor: Any, compose: Callable[..., str], params: Any, *, using: str) -> None:
    """Execute the SQL that `compose(installed=…)` returns: False if it must not read versions.

    There are no versions in a database that was made without migrations.
    """
    found = _is_installed(using)
    try:
        cursor.execute(compose(installed=found), params)
    except DatabaseError:
        if not found or not _was_dropped(using):
            raise
        cursor.execute(compose(installed=False), params)


installed: set[str] = set()
"""Aliases of databases in which the table of versions was found."""


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
    """Drop the triggers, before the table that they write to goes."""
    installed.discard(using)
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {NAME}() CASCADE")
        elif connection.vendor == "sqlite":
            for table in tables():
                for event in _EVENTS:
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{NAME}_{table}_{event}"')


def guarded(using: str) -> str | None:
    """Return the SQL that tells whether all triggers are there; None: they cannot be."""
    names = ", ".join(f"'{table}'" for table in tables())
    if connections[using].vendor == "postgresql":
        return (
            f"(SELECT COUNT(*) = {len(tables())} FROM pg_trigger"  # noqa: S608 - our own names
            f" WHERE tgname = '{NAME}' AND tgenabled IN ('O', 'A') AND tgrelid IN"
            f" (SELECT to_regclass(quote_ident(name)) FROM unnest(ARRAY[{names}]) AS name))"
        )
    if connections[using].vendor == "sqlite":
        return (
            f"(SELECT COUNT(*) = {len(tables()) * len(_EVENTS)} FROM sqlite_master"  # noqa: S608
            f" WHERE type = 'trigger' AND name LIKE '{NAME}_%%' AND tbl_name IN ({names}))"
        )
    return None


def _postgresql() -> Iterator[str]:
    # Of settled rows none is needed besides one's own; those that are locked, another deletes.
    # Under stricter isolation, deleting what another has deleted would be an error: nobody does.
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
    """  # noqa: S608 - our own names
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
    """SQLite has one writer at a time, hence one row for each part."""
    token = f"abs(random() % {_TOKEN})"
    yield f"DELETE FROM {TABLE}"  # noqa: S608
    for part in Part:
        yield (
            f"INSERT INTO {TABLE} (part, writer, token)"  # noqa: S608
            f" VALUES ('{part}', 0, {token})"
        )
    for table, changed in tables().items():
        for event in _EVENTS:
            # No INSERT here: INSERT OR IGNORE outside would make it an OR IGNORE, too.
            yield (
                f'CREATE TRIGGER IF NOT EXISTS "{NAME}_{table}_{event}"'  # noqa: S608
                f' AFTER {event} ON "{table}" BEGIN'
                f" UPDATE {TABLE} SET token = {token} WHERE part = '{changed}'; END"
            )
