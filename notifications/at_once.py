"""Check, write and look by one statement, where the database can: in PostgreSQL.

What most updates are like: names that this process knows, by a user whom the permission tables let
set them. Whatever is not so writes nothing here, and is left to the way in steps.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from django.contrib.auth.models import Group
from django.db import connections

from notifications.facts import Look, Rows, relations, statement
from notifications.models import UserPrefs
from notifications.querysets import Key, Outcome, upsert, upsert_params
from notifications.snapshot import versions

_WRITTEN, _ALLOWED = 10, 11


def is_possible(using: str) -> bool:
    return connections[using].vendor == "postgresql"


def write(
    *,
    user: Any,
    values: Mapping[Key, bool],
    needed: Collection[int],
    version: int | None,
    using: str,
) -> tuple[Look, dict[Key, Outcome]] | None:
    """Set the preferences of the user with this primary key, and return what was seen before.

    `needed` are the ids of the permissions that it takes, `version` that of the catalogue in which
    the keys were found. None: nothing was written.
    """
    rows = Rows([user], using)
    [key] = rows.keys
    changed: dict[Key, Outcome] = {}
    allowed = False
    with connections[using].cursor() as cursor:
        check = (version, list(needed), key, key)
        written = upsert_params(UserPrefs, user, values)
        cursor.execute(_statement(), (*check, *written, *rows.params))
        answered = cursor.fetchall()
    seen = []
    for row in answered:
        kind, _, notification, backend, inserted = row
        if kind == _WRITTEN:
            changed[notification, backend] = Outcome.CREATED if inserted else Outcome.UPDATED
        elif kind == _ALLOWED:
            allowed = True
        else:
            seen.append(row)
    if not allowed:
        return None
    rows.take(seen)
    return rows.look(), {cell: changed.get(cell, Outcome.UNCHANGED) for cell in values}


@cache
def _statement() -> str:
    groups, permissions = relations()
    return (
        "WITH allowed AS (SELECT 1"  # noqa: S608 - our own names, and the user model's
        f" WHERE ({versions('SELECT {}')}) = %s AND NOT EXISTS ("
        "SELECT unnest(%s::bigint[]) EXCEPT SELECT granted.permission_id FROM"
        f' "{Group.permissions.through._meta.db_table}" AS granted'
        f' JOIN "{groups.m2m_db_table()}" AS member'
        f' ON member."{groups.m2m_reverse_name()}" = granted.group_id'
        f' WHERE member."{groups.m2m_column_name()}" = %s'
        f' EXCEPT SELECT "{permissions.m2m_reverse_name()}" FROM "{permissions.m2m_db_table()}"'
        f' WHERE "{permissions.m2m_column_name()}" = %s)),'
        f" written AS ({upsert(UserPrefs, condition='EXISTS (SELECT FROM allowed)')})"
        f" {statement(1)}"
        f" UNION ALL SELECT {_WRITTEN}, NULL, notification_id, backend_id, inserted FROM written"
        f" UNION ALL SELECT {_ALLOWED}, NULL, 0, 0, TRUE FROM allowed"
    )
