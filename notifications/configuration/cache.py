"""Cache of the configuration, valid for as long as its version in the database.

The configuration changes seldom and is needed by each request. A request reads the version together
with the rows of its user (see `preferences.user_state`), and the configuration only if the version
has changed. Triggers change the version in the transaction that changes the configuration.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connections

from notifications import conf
from notifications.caches import CountedDict, limit
from notifications.configuration import triggers
from notifications.configuration.entries import Configuration, load
from notifications.configuration.groups import GroupEntry, Groups, load_groups
from notifications.configuration.triggers import Version
from notifications.models import Notification
from notifications.models.querysets import Key

GROUPS_SHARE = 0.05
"""Share of the caches that groups may use. If they exceed it, all are removed."""


def _count_bytes(entries: Mapping[int, GroupEntry]) -> CountedDict[int, GroupEntry]:
    def weigh(entry: GroupEntry) -> int:
        return 800 + 200 * len(entry.prefs) + 60 * len(entry.granted)

    return CountedDict("groups", entries, weigh=weigh)


@dataclass(frozen=True, eq=False)
class ConfigurationSnapshot:
    """The configuration at one version, and those groups that have been needed at it.

    Compared by identity. `group_entries` are by primary key.
    """

    version: Version
    configuration: Configuration
    group_entries: CountedDict[int, GroupEntry] = field(default_factory=lambda: _count_bytes({}))

    def groups(self, ids: frozenset[int]) -> Groups:
        """Return these groups; unknown groups are left out."""
        entries = [self.group_entries[id_] for id_ in ids if id_ in self.group_entries]
        entries.sort(key=lambda entry: (entry.membership.name, entry.membership.id))
        return Groups(tuple(entries))

    def group_prefs(self, group: int) -> Mapping[Key, bool]:
        """Return the preferences of a group; an unknown group has none."""
        entry = self.group_entries.get(group)
        return entry.prefs if entry else {}


class ConfigurationCache:
    """The latest snapshot of each database.

    Keyed by alias, because a replica may have an older version than the primary. A snapshot is
    replaced when the version in its database differs.
    """

    def __init__(self) -> None:
        self._by_alias: dict[str, ConfigurationSnapshot] = {}
        self._latest: ConfigurationSnapshot | None = None

    def current(self, *, using: str, groups: Collection[int] = ()) -> ConfigurationSnapshot:
        """Return the snapshot of the current version, with these groups.

        One statement if the version is cached.
        """
        with connections[using].cursor() as cursor:
            compose = partial(triggers.select_version, "SELECT {}, {}")
            triggers.execute(cursor, compose, None, using=using)
            return self.at(cursor.fetchone(), groups, using=using)

    def at(self, version: Version, groups: Collection[int], *, using: str) -> ConfigurationSnapshot:
        """Return a snapshot of this version or a newer one, with these groups.

        No statement if all of it is cached; otherwise one for the catalogue, if that has changed,
        and one for the groups. If the version changes meanwhile, the snapshot is not cached.
        """
        cached = self._by_alias.get(using)
        snapshot = self._at_version(cached, version, using)
        missing = set(groups).difference(snapshot.group_entries)
        if snapshot is cached and not missing:
            return snapshot
        confirmed, entries = load_groups(missing, using=using)
        if confirmed != version or None in version:
            all_entries = _count_bytes(snapshot.group_entries | entries)
            return ConfigurationSnapshot((None, None), snapshot.configuration, all_entries)
        snapshot.group_entries.update(entries)
        self._latest = self._by_alias[using] = snapshot
        return snapshot

    def latest(self, using: str | None = None) -> ConfigurationSnapshot | None:
        """Return the latest snapshot of an alias, or of any. Callers must check its version."""
        return self._by_alias.get(using) if using else self._latest

    def clear(self) -> None:
        self._by_alias.clear()
        self._latest = None

    def _at_version(
        self, cached: ConfigurationSnapshot | None, version: Version, using: str
    ) -> ConfigurationSnapshot:
        """Return a snapshot of the version, whose groups may be missing."""
        if cached is None or None in version or cached.version != version:
            snapshot = self._from_any_alias(version)
            return snapshot or ConfigurationSnapshot(version, self._configuration(version, using))
        if cached.group_entries.size > limit() * GROUPS_SHARE:
            return ConfigurationSnapshot(version, cached.configuration)
        return cached

    def _from_any_alias(self, version: Version) -> ConfigurationSnapshot | None:
        """Return the snapshot of this version from any alias: equal versions have equal content."""
        if None in version:
            return None
        snapshots = tuple(self._by_alias.values())
        return next((snapshot for snapshot in snapshots if snapshot.version == version), None)

    def _configuration(self, version: Version, using: str) -> Configuration:
        catalogue, _ = version
        for snapshot in tuple(self._by_alias.values()) if catalogue is not None else ():
            if snapshot.version[0] == catalogue:
                return snapshot.configuration
        return load(Notification.objects.using(using))


configuration_cache = ConfigurationCache()


def clear_with_settings(*, setting: str, **_kwargs: Any) -> None:
    """Clear the cache when a test changes a setting that enables backends."""
    if setting in {conf.BACKENDS, conf.NOTIFIER_BACKENDS}:
        configuration_cache.clear()
