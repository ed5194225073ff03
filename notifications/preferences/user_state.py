"""State of users that decides their matrices, read with the configuration by one statement."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Any, Self

from django.contrib.auth import get_user_model
from django.db import connections

from notifications.configuration import triggers
from notifications.configuration.cache import ConfigurationSnapshot, configuration_cache
from notifications.configuration.groups import Groups
from notifications.database.routing import for_read
from notifications.models import UserPrefs
from notifications.models.querysets import Key

_CELL = re.compile(r"(\d+),(\d+),(\d)")
_CONCATENATE = {"postgresql": "string_agg", "sqlite": "group_concat"}


@dataclass(frozen=True, slots=True)
class EncodedPrefs:
    """Preferences as SQL concatenates them, which is faster to read and to hash than rows.

    `text` has `notification_id,backend_id,value` for each cell, separated by spaces, with 0 or 1 as
    value. If a cell occurs twice, the last value counts.
    """

    text: str

    @classmethod
    def sql(cls, value: str, vendor: str) -> str:
        """Return SQL that encodes rows of preferences; `value` is a boolean column."""
        cell = f"notification_id || ',' || backend_id || ',' || CAST({value} AS integer)"
        return _concatenate(cell, vendor)

    def decode(self) -> dict[Key, bool]:
        return {
            (int(notification), int(backend)): value == "1"
            for notification, backend, value in _CELL.findall(self.text)
        }

    def with_values(self, values: Mapping[Key, bool]) -> "EncodedPrefs":
        """Return these preferences after an update."""
        cells = (f"{key[0]},{key[1]},{notify:d}" for key, notify in values.items())
        return EncodedPrefs(" ".join([self.text, *cells]))


@dataclass(frozen=True)
class UserState:
    """Preferences, groups and permissions of one user.

    `granted` are IDs of permissions that the permission tables grant to the user or to a group of
    the user. Permissions that no notification requires may be missing.
    """

    prefs: EncodedPrefs
    groups: Groups
    granted: frozenset[int]

    @cached_property
    def values(self) -> Mapping[Key, bool]:
        """The user's own preferences by cell."""
        return self.prefs.decode()

    def with_values(self, values: Mapping[Key, bool]) -> Self:
        """Return the state after the user's own preferences are updated."""
        return replace(self, prefs=self.prefs.with_values(values))


@dataclass(frozen=True, slots=True)
class LoadedUsers:
    """States of users by primary key, and the configuration that was current at the same time."""

    snapshot: ConfigurationSnapshot
    states: Mapping[Any, UserState]

    @classmethod
    def from_rows(cls, rows: Collection[Any], keys: Mapping[Any, Any], *, using: str) -> Self:
        """Create from rows of `select_users` and from `prepare_keys` of the same users."""
        groups = {key: _parse_ids(ids) for key, _, ids, *_ in rows}
        all_groups = frozenset().union(*groups.values())
        [version, *_] = ((catalogue, of_groups) for *_, catalogue, of_groups in rows)
        snapshot = configuration_cache.at(version, all_groups, using=using)
        states = {}
        for key, prefs, _, granted, *_ in rows:
            of_user = snapshot.groups(groups[key])
            granted_ids = of_user.granted | _parse_ids(granted)
            states[keys[key]] = UserState(EncodedPrefs(prefs or ""), of_user, granted_ids)
        return cls(snapshot, states)


def load_users(users: Collection[Any], *, using: str | None = None) -> LoadedUsers:
    """Read the users with these primary keys; one statement if the configuration is cached.

    One statement reads one moment: the changes of another transaction are seen all or none.
    """
    using = using or for_read()
    if not users:
        return LoadedUsers(configuration_cache.current(using=using), {})
    keys = prepare_keys(users, using=using)
    with connections[using].cursor() as cursor:
        compose = partial(select_users, len(keys), connections[using].vendor)
        triggers.execute(cursor, compose, [*keys], using=using)
        return LoadedUsers.from_rows(cursor.fetchall(), keys, using=using)


def prepare_keys(users: Iterable[Any], *, using: str) -> dict[Any, Any]:
    """Map parameters of `select_users` to primary keys."""
    prepare = get_user_model()._meta.pk.get_db_prep_value
    return {prepare(pk, connections[using]): pk for pk in users}


@lru_cache
def select_users(count: int, vendor: str, extra: str = "", *, installed: bool = True) -> str:
    """Return SQL for the states of `count` users, whose keys are the parameters.

    A row for each user: key, preferences, groups, permissions, version of the catalogue, version of
    the groups, and the `extra` expressions. For `installed`, see `triggers.execute`. The tables are
    those of the relations that the user model has.
    """
    field: Any = get_user_model()._meta.get_field
    return (
        f"SELECT requested.column1, (SELECT {EncodedPrefs.sql('notify', vendor)}"  # noqa: S608
        f' FROM "{UserPrefs._meta.db_table}" WHERE user_id = requested.column1),'
        f" {_related_ids(field('groups'), vendor)},"
        f" {_related_ids(field('user_permissions'), vendor)},"
        f" version.catalogue, version.of_groups{extra}"
        f" FROM (VALUES {', '.join(['(%s)'] * count)}) AS requested,"
        f" ({_select_version(installed=installed)}) AS version"
    )


_select_version = partial(triggers.select_version, "SELECT {} AS catalogue, {} AS of_groups")


def _related_ids(field: Any, vendor: str) -> str:
    ids = _concatenate(f'CAST("{field.m2m_reverse_name()}" AS text)', vendor)
    return (
        f"(SELECT {ids}"  # noqa: S608 - names of the user model
        f' FROM "{field.m2m_db_table()}" WHERE "{field.m2m_column_name()}" = requested.column1)'
    )


def _concatenate(expression: str, vendor: str) -> str:
    return f"{_CONCATENATE[vendor]}({expression}, ' ')"


def _parse_ids(text: str | None) -> frozenset[int]:
    return frozenset(map(int, (text or "").split()))
