"""Check, write and look by one statement, where the database can: in PostgreSQL.

What most updates are like: names that this process knows, by a user whom the permission tables let
set them. Whatever is not so writes nothing here, and is left to the way in steps.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from django.contrib.auth.models import Group
from django.db import connections

from notifications.configuration.cache import versions
from notifications.models import UserPrefs
from notifications.models.querysets import Key, Outcome, array, upsert, upsert_params
from notifications.preferences.user_state import (
    Look,
    flags,
    joined_flags,
    keys_of,
    relations,
    seen,
    statement,
)


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
    keys = keys_of([user], using=using)
    [key] = keys
    check = (version, array(needed), key, key)
    with connections[using].cursor() as cursor:
        cursor.execute(_statement(), (*check, *upsert_params(UserPrefs, user, values), key))
        [(*before, allowed, written)] = cursor.fetchall()
    if not allowed:
        return None
    outcomes = dict.fromkeys(values, Outcome.UNCHANGED)
    for cell, inserted in flags(written or "").items():
        outcomes[cell] = Outcome.CREATED if inserted else Outcome.UPDATED
    return seen([before], keys, using=using), outcomes


@cache
def _statement() -> str:
    groups, permissions = relations()
    joined = joined_flags("inserted", "postgresql")
    besides = f", EXISTS (SELECT FROM allowed), (SELECT {joined} FROM written)"  # noqa: S608
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
        f" {statement(1, 'postgresql', besides)}"
    )
