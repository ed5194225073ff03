"""Preferences and permissions of groups, as frozen values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from django.contrib.auth.models import Group
from django.db import connections

from notifications.configuration import triggers
from notifications.configuration.triggers import Version
from notifications.models import GroupPrefs, Notification
from notifications.models.querysets import Key
from notifications.precedence import joint_value


@dataclass(frozen=True, slots=True)
class Membership:
    """A group that a user is a member of."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """Preferences of a group, and the IDs of its permissions that a notification requires."""

    membership: Membership
    prefs: Mapping[Key, bool]
    granted: frozenset[int]


@dataclass(frozen=True)
class Groups:
    """The groups of one user, sorted by name."""

    entries: tuple[GroupEntry, ...]

    @cached_property
    def ids(self) -> frozenset[int]:
        return frozenset(entry.membership.id for entry in self.entries)

    @cached_property
    def memberships(self) -> tuple[Membership, ...]:
        return tuple(entry.membership for entry in self.entries)

    @cached_property
    def granted(self) -> frozenset[int]:
        return frozenset(id_ for entry in self.entries for id_ in entry.granted)

    @cached_property
    def values(self) -> Mapping[Key, bool | None]:
        """The joint value of all groups for each cell that any of them has a preference for."""
        values: dict[Key, list[bool]] = {}
        for entry in self.entries:
            for key, notify in entry.prefs.items():
                values.setdefault(key, []).append(notify)
        return {key: joint_value(group_values) for key, group_values in values.items()}


_PREFS, _GRANTED, _NAME, _VERSION = range(4)


def load_groups(ids: Collection[int], *, using: str) -> tuple[Version, dict[int, GroupEntry]]:
    """Read these groups, and the current version; one statement. Unknown groups are left out.

    The version is unknown if a trigger is missing.
    """
    prefs: dict[int, dict[Key, bool]] = {id_: {} for id_ in ids}
    granted: dict[int, set[int]] = {id_: set() for id_ in ids}
    names: dict[int, str] = {}
    version: Version = (None, None)
    with connections[using].cursor() as cursor:
        compose = partial(_statement, len(ids), triggers.all_exist(using))
        triggers.execute(cursor, compose, [*ids, *ids, *ids], using=using)
        for kind, group, first, second, flag, name in cursor:
            if kind == _PREFS:
                prefs[group][first, second] = bool(flag)
            elif kind == _GRANTED:
                granted[group].add(first)
            elif kind == _NAME:
                names[group] = name
            elif flag:
                version = (first, second)
    return version, {
        id_: GroupEntry(Membership(id_, name), prefs[id_], frozenset(granted[id_]))
        for id_, name in names.items()
    }


def _statement(count: int, all_exist: str, *, installed: bool) -> str:
    groups = ", ".join(["%s"] * count)
    granted = Group.permissions.through._meta.db_table
    required = Notification.permissions.through._meta.db_table
    version = triggers.select_version(
        f"SELECT {_VERSION}, 0, {{}}, {{}}, {all_exist}, ''", installed=installed
    )
    if not count:
        return version
    return (
        f"SELECT {_PREFS}, group_id, notification_id, backend_id, notify, ''"  # noqa: S608
        f' FROM "{GroupPrefs._meta.db_table}" WHERE group_id IN ({groups})'
        f" UNION ALL SELECT {_GRANTED}, group_id, permission_id, 0, FALSE, ''"
        f' FROM "{granted}" WHERE group_id IN ({groups})'
        f' AND permission_id IN (SELECT permission_id FROM "{required}")'
        f" UNION ALL SELECT {_NAME}, id, 0, 0, FALSE, name"
        f' FROM "{Group._meta.db_table}" WHERE id IN ({groups})'
        f" UNION ALL {version}"
    )
