"""What the tables say about users, and what is configured: one look, one statement when warm."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, router

from notifications import snapshot
from notifications.models import UserPrefs
from notifications.querysets import Key
from notifications.snapshot import Groups, Snapshot, versions


@dataclass(frozen=True, slots=True)
class Facts:
    """About one user: their own preferences, and their groups.

    `granted` are ids of permissions that the permission tables give them, directly or by a group;
    of those that no notification requires, some are missing.
    """

    own: Mapping[Key, bool]
    groups: Groups
    granted: frozenset[int]


@dataclass(frozen=True, slots=True)
class Look:
    """`facts` by the users' primary keys, and the configuration that goes with them."""

    snapshot: Snapshot
    facts: Mapping[Any, Facts]


def look(users: Collection[Any], *, using: str | None = None) -> Look:
    """Look at the users with these primary keys; one statement while no configuration changes.

    One statement sees one moment: of somebody else's transaction it sees all or nothing.
    """
    using = using or router.db_for_read(UserPrefs)
    if not users:
        return Look(snapshot.current(using=using), {})
    seen = Rows(users, using)
    with connections[using].cursor() as cursor:
        cursor.execute(statement(len(seen.keys)), seen.params)
        seen.take(cursor.fetchall())
    return seen.look()


_OWN, _GRANTED, _MEMBER, _VERSION = range(4)


class Rows:
    """What `statement` answers about users."""

    def __init__(self, users: Collection[Any], using: str) -> None:
        to_db = get_user_model()._meta.pk.get_db_prep_value
        self.keys = {to_db(pk, connections[using]): pk for pk in users}
        self.params = (*self.keys, *self.keys, *self.keys)
        self._using = using
        self._own: dict[Any, dict[Key, bool]] = {key: {} for key in self.keys}
        self._granted: dict[Any, set[int]] = {key: set() for key in self.keys}
        self._groups: dict[Any, set[int]] = {key: set() for key in self.keys}
        self._version: snapshot.Version = (None, None)

    def take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        own, granted, groups = self._own, self._granted, self._groups
        for kind, user, first, second, notify in rows:
            if kind == _OWN:
                own[user][first, second] = bool(notify)
            elif kind == _GRANTED:
                granted[user].add(first)
            elif kind == _MEMBER:
                groups[user].add(first)
            else:
                self._version = (first, second)

    def look(self) -> Look:
        members = frozenset().union(*self._groups.values())
        found = snapshot.at(self._version, members, using=self._using)
        facts = {}
        for key, pk in self.keys.items():
            groups = found.groups(frozenset(self._groups[key]))
            facts[pk] = Facts(self._own[key], groups, groups.granted | self._granted[key])
        return Look(found, facts)


@lru_cache
def statement(count: int) -> str:
    """Return SQL about so many users, whose keys are its parameters, three times.

    Rows of (kind, user, notification | permission | group | version, backend | version, notify).
    The tables are those of the user model's own relations, whatever it calls them.
    """
    given = ", ".join(["%s"] * count)
    groups, permissions = relations()
    return (
        f"SELECT {_OWN}, user_id, notification_id, backend_id, notify"  # noqa: S608 - our own names
        f' FROM "{UserPrefs._meta.db_table}" WHERE user_id IN ({given})'
        f" UNION ALL {_related(groups, _MEMBER, given)}"
        f" UNION ALL {_related(permissions, _GRANTED, given)}"
        f" UNION ALL {versions(f'SELECT {_VERSION}, NULL, {{}}, {{}}, FALSE')}"
    )


def relations() -> tuple[Any, Any]:
    """Return the user model's fields for groups and for permissions."""
    field: Any = get_user_model()._meta.get_field
    return field("groups"), field("user_permissions")


def _related(field: Any, kind: int, given: str) -> str:
    user, other = field.m2m_column_name(), field.m2m_reverse_name()
    return (
        f'SELECT {kind}, "{user}", "{other}", 0, FALSE'  # noqa: S608 - names of the user model
        f' FROM "{field.m2m_db_table()}" WHERE "{user}" IN ({given})'
    )
