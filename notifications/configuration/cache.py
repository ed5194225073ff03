"""The configuration as this process last read it, for as long as its version holds.

What is configured changes seldom and is asked for all the time. Every look at a user's own rows
reads the version besides (see `facts`); only where that has changed is the configuration read
again. `triggers` change the version with the configuration, in the same transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

from django.contrib.auth.models import Group
from django.db import connections

from notifications import conf
from notifications.caches import Cache, CountedDict, limit
from notifications.configuration import triggers
from notifications.configuration.entries import Configuration, load
from notifications.models import GroupPrefs, Notification
from notifications.models.querysets import Key
from notifications.precedence import joint_value

Version = tuple[int | None, int | None]
"""Of the catalogue and of what groups have; None: not known, so that nothing is kept."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A group that the user is in."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """What a group has: preferences, and those permissions, by id, that notifications require."""

    membership: Membership
    prefs: Mapping[Key, bool]
    granted: frozenset[int]


@dataclass(frozen=True)
class Groups:
    """What somebody's groups, sorted by name, say together."""

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
        values: dict[Key, list[bool]] = {}
        for entry in self.entries:
            for key, notify in entry.prefs.items():
                values.setdefault(key, []).append(notify)
        return {key: joint_value(said) for key, said in values.items()}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The configuration and the groups of one version, with caches for `matrix`.

    `templates` holds the rows of users without preferences, by groups and permissions; `drawn` the
    rows of users with preferences.
    """

    version: Version
    configuration: Configuration
    entries: "CountedDict[int, GroupEntry]" = field(default_factory=lambda: _counted({}))
    templates: Cache[Any, Any] = field(
        default_factory=lambda: Cache(
            "templates", share=0.06, weigh=lambda _key, found: 2_000 + 900 * len(found.places)
        )
    )
    drawn: Cache[Any, Any] = field(
        default_factory=lambda: Cache(
            "matrices",
            share=0.06,
            weigh=lambda key, found: 100 * len(key[1]) + 8 * sum(map(len, found)),
        )
    )

    def groups(self, ids: frozenset[int]) -> Groups:
        """Return the preferences of these groups together. Unknown groups have none."""
        entries = [self.entries[id_] for id_ in ids if id_ in self.entries]
        entries.sort(key=lambda entry: (entry.membership.name, entry.membership.id))
        return Groups(tuple(entries))

    def prefs(self, group: int) -> Mapping[Key, bool]:
        """Return a group's own preferences; none where the group no longer exists."""
        entry = self.entries.get(group)
        return entry.prefs if entry else {}


GROUPS_SHARE = 0.05
"""The share of the caches that groups may use; above it, they are read again as needed."""

_kept: dict[str, Snapshot] = {}
"""Latest snapshot by alias: a replica may have an older version than the primary."""
_latest: Snapshot | None = None
"""Latest snapshot from any alias."""


def at(version: Version, groups: Collection[int], *, using: str) -> Snapshot:
    """Return a snapshot, not older than the version, that has these groups in it.

    No statement while nothing has changed; else one for the catalogue, if it is that, and one for
    the groups. What changes while it is being read is used this once, and not kept.
    """
    global _latest  # noqa: PLW0603 - one a process is what it is for
    known = snapshot = _kept.get(using)
    if snapshot is None or None in version or snapshot.version != version:
        snapshot = _of_version(version) or Snapshot(version, _configuration(version, using))
    elif snapshot.entries.size > limit() * GROUPS_SHARE:
        snapshot = Snapshot(version, snapshot.configuration)
    missing = set(groups).difference(snapshot.entries)
    if snapshot is known and not missing:
        return snapshot
    confirmed, entries = _groups(missing, using)
    if confirmed != version or None in version:
        return Snapshot((None, None), snapshot.configuration, _counted(snapshot.entries | entries))
    snapshot.entries.update(entries)
    _latest = _kept[using] = snapshot
    return snapshot


def _of_version(version: Version) -> Snapshot | None:
    """Return what was read from any alias at this version, which no other content has."""
    found = (each for each in tuple(_kept.values()) if each.version == version)
    return None if None in version else next(found, None)


def latest(using: str | None = None) -> Snapshot | None:
    """Return what was read last from this alias, or at all. Callers must check its version."""
    return _kept.get(using) if using else _latest


def _counted(entries: Mapping[int, GroupEntry]) -> "CountedDict[int, GroupEntry]":
    """Return the entries in a dictionary that knows its bytes."""

    def weigh(entry: GroupEntry) -> int:
        return 800 + 200 * len(entry.prefs) + 60 * len(entry.granted)

    return CountedDict("groups", entries, weigh=weigh)


def forget_with_settings(*, setting: str, **_kwargs: Any) -> None:
    """Forget after a test changed a setting that decides which backends can be used."""
    if setting in {conf.BACKENDS, conf.NOTIFIER_BACKENDS}:
        forget()


def forget() -> None:
    """Empty the cache, so that the next read reads everything again."""
    global _latest  # noqa: PLW0603
    _kept.clear()
    _latest = None


def current(*, using: str, groups: Collection[int] = ()) -> Snapshot:
    """As `at`, for the version that holds now; one statement to know it."""
    with connections[using].cursor() as cursor:
        compose = partial(versions, "SELECT {}, {}")
        triggers.execute(cursor, compose, None, using=using)
        return at(cursor.fetchone(), groups, using=using)


@cache
def versions(select: str, *, installed: bool = True) -> str:
    """Return a SELECT with the versions of the parts: integers, or NULL for an unknown version.

    `installed` is false if there is no table of versions: then both are unknown.

    `select` is its beginning, with braces where they belong, in the order of `Version`.
    """
    if not installed:
        return select.format(*["CAST(NULL AS bigint)"] * 2)
    parts = (triggers.Part.CATALOGUE, triggers.Part.GROUPS)
    sums = (f"CAST(SUM(token) FILTER (WHERE part = '{part}') AS bigint)" for part in parts)
    return f"{select.format(*sums)} FROM {triggers.TABLE}"


def _configuration(version: Version, using: str) -> Configuration:
    for each in tuple(_kept.values()) if version[0] is not None else ():
        if each.version[0] == version[0]:
            return each.configuration
    return load(Notification.objects.using(using))


_PREFS, _GRANTED, _NAME, _VERSION = range(4)


def _groups(ids: Collection[int], using: str) -> tuple[Version, dict[int, GroupEntry]]:
    """Read what these groups have, and the version that holds now; one statement."""
    prefs: dict[int, dict[Key, bool]] = {id_: {} for id_ in ids}
    granted: dict[int, set[int]] = {id_: set() for id_ in ids}
    names: dict[int, str] = {}
    version: Version = (None, None)
    with connections[using].cursor() as cursor:
        compose = partial(_statement, len(ids), triggers.guarded(using))
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


def _statement(count: int, guarded: str | None, *, installed: bool) -> str:
    given = ", ".join(["%s"] * count)
    granted = Group.permissions.through._meta.db_table
    required = Notification.permissions.through._meta.db_table
    version = versions(
        f"SELECT {_VERSION}, 0, {{}}, {{}}, {guarded or 'FALSE'}, ''", installed=installed
    )
    if not count:
        return version
    return (
        f"SELECT {_PREFS}, group_id, notification_id, backend_id, notify, ''"  # noqa: S608 - our own names
        f' FROM "{GroupPrefs._meta.db_table}" WHERE group_id IN ({given})'
        f" UNION ALL SELECT {_GRANTED}, group_id, permission_id, 0, FALSE, ''"
        f' FROM "{granted}" WHERE group_id IN ({given})'
        f' AND permission_id IN (SELECT permission_id FROM "{required}")'
        f" UNION ALL SELECT {_NAME}, id, 0, 0, FALSE, name"
        f' FROM "{Group._meta.db_table}" WHERE id IN ({given})'
        f" UNION ALL {version}"
    )
