"""What the tables say about users, and what is configured: one look, one statement when warm."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Any, Self

from django.contrib.auth import get_user_model
from django.db import connections

from notifications.configuration import cache as snapshot
from notifications.configuration import triggers
from notifications.configuration.cache import Groups, Snapshot, versions
from notifications.database.routing import for_read
from notifications.models import UserPrefs
from notifications.models.querysets import Key

_FLAG = re.compile(r"(\d+),(\d+),(\d)")
_JOIN = {"postgresql": "string_agg", "sqlite": "group_concat"}


@dataclass(frozen=True)
class Facts:
    """About one user: their own preferences, and their groups.

    `told` are their preferences as the tables tell them; equal texts say the same. `granted` are
    ids of permissions that the permission tables give them, directly or by a group; of those that
    no notification requires, some are missing.
    """

    told: str
    groups: Groups
    granted: frozenset[int]

    @cached_property
    def own(self) -> Mapping[Key, bool]:
        return flags(self.told)

    def after(self, values: Mapping[Key, bool]) -> Self:
        """Return what holds once the user's own preferences have been set to `values`."""
        said = (f"{key[0]},{key[1]},{notify:d}" for key, notify in values.items())
        return replace(self, told=" ".join([self.told, *said]))


@dataclass(frozen=True, slots=True)
class Look:
    """`facts` by the users' primary keys, and the configuration that goes with them."""

    snapshot: Snapshot
    facts: Mapping[Any, Facts]


def look(users: Collection[Any], *, using: str | None = None) -> Look:
    """Look at the users with these primary keys; one statement while no configuration changes.

    One statement sees one moment: of somebody else's transaction it sees all or nothing.
    """
    using = using or for_read()
    if not users:
        return Look(snapshot.current(using=using), {})
    keys = keys_of(users, using=using)
    with connections[using].cursor() as cursor:
        compose = partial(statement, len(keys), connections[using].vendor)
        triggers.execute(cursor, compose, [*keys], using=using)
        return seen(cursor.fetchall(), keys, using=using)


def keys_of(users: Iterable[Any], *, using: str) -> dict[Any, Any]:
    """Return primary keys by what `statement` calls them."""
    to_db = get_user_model()._meta.pk.get_db_prep_value
    return {to_db(pk, connections[using]): pk for pk in users}


def seen(rows: Collection[Any], keys: Mapping[Any, Any], *, using: str) -> Look:
    """Return what the rows of `statement` say about the users with these keys."""
    groups = {key: _ids(ids) for key, _, ids, *_ in rows}
    members = frozenset().union(*groups.values())
    [version, *_] = ((catalogue, of_groups) for *_, catalogue, of_groups in rows)
    found = snapshot.at(version, members, using=using)
    facts = {}
    for key, told, _, granted, *_ in rows:
        joined = found.groups(groups[key])
        facts[keys[key]] = Facts(told or "", joined, joined.granted | _ids(granted))
    return Look(found, facts)


@lru_cache
def statement(count: int, vendor: str, besides: str = "", *, installed: bool = True) -> str:
    """Return SQL about so many users, whose keys are its parameters; see `versions`.

    Rows of (key, preferences, groups, permissions, version, version), for each user one, and what
    is asked for `besides`. The tables are those of the user model's own relations, whatever it
    calls them.
    """
    groups, permissions = relations()
    return (
        f"SELECT asked.column1, (SELECT {joined_flags('notify', vendor)}"  # noqa: S608 - our own names
        f' FROM "{UserPrefs._meta.db_table}" WHERE user_id = asked.column1),'
        f" {_related(groups, vendor)}, {_related(permissions, vendor)},"
        f" version.catalogue, version.of_groups{besides}"
        f" FROM (VALUES {', '.join(['(%s)'] * count)}) AS asked,"
        f" ({versions('SELECT {} AS catalogue, {} AS of_groups', installed=installed)}) AS version"
    )


def relations() -> tuple[Any, Any]:
    """Return the user model's fields for groups and for permissions."""
    field: Any = get_user_model()._meta.get_field
    return field("groups"), field("user_permissions")


def joined_flags(column: str, vendor: str) -> str:
    """Return SQL for a text with a column of truth values, by cell; `flags` reads it."""
    return _joined(
        f"notification_id || ',' || backend_id || ',' || CAST({column} AS integer)", vendor
    )


def flags(text: str) -> dict[Key, bool]:
    return {
        (int(notification), int(backend)): flag == "1"
        for notification, backend, flag in _FLAG.findall(text)
    }


def _related(field: Any, vendor: str) -> str:
    joined = _joined(f'CAST("{field.m2m_reverse_name()}" AS text)', vendor)
    return (
        f"(SELECT {joined}"  # noqa: S608 - names of the user model
        f' FROM "{field.m2m_db_table()}" WHERE "{field.m2m_column_name()}" = asked.column1)'
    )


def _joined(what: str, vendor: str) -> str:
    return f"{_JOIN[vendor]}({what}, ' ')"


def _ids(text: str | None) -> frozenset[int]:
    return frozenset(map(int, (text or "").split()))
