"""What the tables say about users, and what is configured: one look, one statement when warm."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, router

from notifications import snapshot
from notifications.models import Notification, Part, UserPrefs
from notifications.querysets import Key
from notifications.snapshot import Groups, Snapshot, version_of


@dataclass(frozen=True, slots=True)
class Facts:
    """About one user: their own preferences, and their groups.

    `granted` are the ids of those permissions that notifications require and the permission tables
    give them, directly or by a group.
    """

    own: Mapping[Key, bool]
    groups: Groups
    granted: frozenset[int]


@dataclass(frozen=True, slots=True)
class Look:
    """`facts` by the users' primary keys, and the configuration that goes with them."""

    snapshot: Snapshot
    facts: Mapping[Any, Facts]


_OWN, _GRANTED, _MEMBER, _VERSION = range(4)


def look(users: Collection[Any], *, using: str | None = None) -> Look:
    """Look at the users with these primary keys; one statement while no configuration changes.

    One statement sees one moment: of somebody else's transaction it sees all or nothing.
    """
    using = using or router.db_for_read(UserPrefs)
    if not users:
        return Look(snapshot.current(using=using), {})
    connection = connections[using]
    to_db = get_user_model()._meta.pk.get_db_prep_value
    given = {to_db(pk, connection): pk for pk in users}
    own: dict[Any, dict[Key, bool]] = {pk: {} for pk in given}
    granted: dict[Any, set[int]] = {pk: set() for pk in given}
    member: dict[Any, set[int]] = {pk: set() for pk in given}
    version: snapshot.Version = (None, None)
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(given)), [*given, *given, *given])
        for kind, user, first, second, notify in cursor.fetchall():
            if kind == _OWN:
                own[user][first, second] = bool(notify)
            elif kind == _GRANTED:
                granted[user].add(first)
            elif kind == _MEMBER:
                member[user].add(first)
            else:
                version = (first, second)
    found = snapshot.at(version, frozenset().union(*member.values()), using=using)
    facts = {}
    for raw, pk in given.items():
        groups = found.groups(frozenset(member[raw]))
        facts[pk] = Facts(own[raw], groups, groups.granted | granted[raw])
    return Look(found, facts)


@lru_cache
def _statement(count: int) -> str:
    """Rows of (kind, user, notification | permission | group | version, backend | version, notify).

    The tables are those of the user model's own relations, whatever it calls them.
    """
    given = ", ".join(["%s"] * count)
    required = Notification.permissions.through._meta.db_table
    fields: Any = get_user_model()._meta.get_field
    groups, permissions = fields("groups"), fields("user_permissions")
    return (
        f"SELECT {_OWN}, user_id, notification_id, backend_id, notify"  # noqa: S608 - our own names
        f' FROM "{UserPrefs._meta.db_table}" WHERE user_id IN ({given})'
        f" UNION ALL {_related(groups, _MEMBER, given)}"
        f" UNION ALL {_related(permissions, _GRANTED, given)}"
        f' AND "{permissions.m2m_reverse_name()}" IN (SELECT permission_id FROM "{required}")'
        f" UNION ALL SELECT {_VERSION}, NULL,"
        f" {version_of(Part.CATALOGUE)}, {version_of(Part.GROUPS)}, FALSE"
    )


def _related(field: Any, kind: int, given: str) -> str:
    user, other = field.m2m_column_name(), field.m2m_reverse_name()
    return (
        f'SELECT {kind}, "{user}", "{other}", 0, FALSE'  # noqa: S608 - names of the user model
        f' FROM "{field.m2m_db_table()}" WHERE "{user}" IN ({given})'
    )
