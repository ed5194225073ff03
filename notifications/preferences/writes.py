"""Updates of a user's preferences, and the removal of users' preferences.

A write is one transaction and writes all or nothing. With `public_only`, which GraphQL, forms and
links pass, a private notification is treated like an unknown one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connections

from notifications.arguments import batches, names, saved_user
from notifications.configuration.cache import configuration_cache
from notifications.configuration.triggers import select_version
from notifications.database.routing import read_your_writes, writing
from notifications.errors import Problem
from notifications.models import UserPrefs
from notifications.models.querysets import Key, Outcome, array, upsert, upsert_params
from notifications.models.tables import tables_on
from notifications.permissions import held_ids
from notifications.preferences.matrix import (
    GroupPreferenceMatrix,
    PreferenceMatrix,
    user_matrix,
)
from notifications.preferences.rows import held_permissions, permission_check
from notifications.preferences.user_state import (
    EncodedPrefs,
    LoadedUsers,
    load_users,
    prepare_keys,
    select_users,
)
from notifications.preferences.validation import (
    Preference,
    Rules,
    problems,
    raise_problems,
    row_filter,
    rules_for,
)

M = TypeVar("M", PreferenceMatrix, GroupPreferenceMatrix)


@dataclass(frozen=True, slots=True)
class UpdateResult(Generic[M]):
    """Outcome of each preference, in the order of the call, and the matrix after the update."""

    outcomes: tuple[Outcome, ...]
    matrix: M


def update(
    *, user: Any, preferences: Sequence[Preference], public_only: bool = False
) -> UpdateResult[PreferenceMatrix]:
    """Set preferences of a user.

    Raises InvalidPreferences with every wrong entry; PreferencesDenied if the user lacks a
    permission for one of them.
    """
    user = saved_user(user)
    with read_your_writes() as using:
        return _update_in_one_statement(
            user, preferences, public_only=public_only, using=using
        ) or _update_in_transaction(user, preferences, public_only=public_only, using=using)


def check(*, user: Any, preferences: Sequence[Preference]) -> list[Problem]:
    """Return the problems for which `update` would raise, without writing; one statement."""
    user = saved_user(user)
    with read_your_writes() as using:
        loaded = load_users([user.pk], using=using)
        configuration = loaded.snapshot.configuration
        rules = rules_for(configuration, preferences, public_only=False)
    held = held_permissions(user, loaded.states[user.pk], configuration)
    return problems(preferences, replace(rules, permitted=permission_check(user, held)))


def clear(
    *,
    users: Any,
    notifications: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    public_only: bool = False,
) -> int:
    """Delete preferences of one user, or of an iterable of users; return their number.

    With names of `notifications` or `backends`, only preferences for these are deleted. Requires
    no permission of any notification. Raises WrongSubject, and InvalidPreferences for wrong names.
    """
    notifications, backends = names_or_none(notifications), names_or_none(backends)
    with writing() as using:
        lookups = row_filter(notifications, backends, public_only=public_only, using=using)
        return sum(
            UserPrefs.objects.of([saved_user(user).pk for user in batch]).filter(**lookups).clear()
            for batch in batches(users)
        )


def names_or_none(value: Any) -> list[Any] | None:
    """Return the names of rows, or of names; None for None."""
    return None if value is None else names(value)


def values_by_cell(preferences: Iterable[Preference], rules: Rules) -> dict[Key, bool]:
    return {
        (rules.visible[item.notification].id, rules.backends[item.backend]): item.notify
        for item in preferences
    }


def _update_in_transaction(
    user: Any, preferences: Sequence[Preference], *, public_only: bool, using: str
) -> UpdateResult[PreferenceMatrix]:
    with writing():
        # The check and the result use the same state, so that they cannot contradict each other.
        loaded = load_users([user.pk], using=using)
        configuration, state = loaded.snapshot.configuration, loaded.states[user.pk]
        held = held_permissions(user, state, configuration)
        rules = replace(
            rules_for(configuration, preferences, public_only=public_only),
            permitted=permission_check(user, held),
        )
        raise_problems(problems(preferences, rules))
        values = values_by_cell(preferences, rules)
        rows = UserPrefs.objects.all()
        outcomes = rows.write(subject=user.pk, values=values, before=state.values)
        return _result(user, loaded, outcomes, values, held)


def _result(
    user: Any,
    loaded: LoadedUsers,
    outcomes: Mapping[Key, Outcome],
    values: Mapping[Key, bool],
    held: frozenset[int] | None = None,
) -> UpdateResult[PreferenceMatrix]:
    state = loaded.states[user.pk].with_values(values)
    matrix = user_matrix(user, state=state, snapshot=loaded.snapshot, held=held)
    return UpdateResult(tuple(outcomes[key] for key in values), matrix)


def _update_in_one_statement(
    user: Any, preferences: Sequence[Preference], *, public_only: bool, using: str
) -> UpdateResult[PreferenceMatrix] | None:
    """Check, write and read by one statement, on PostgreSQL.

    Return None, with nothing written, if the update must run in a transaction: to raise an error,
    or because the cached configuration is no longer current.
    """
    snapshot = configuration_cache.latest(using) if _is_possible(using) else None
    if snapshot is None or not preferences or not user.is_active:
        return None
    rules = rules_for(snapshot.configuration, preferences, public_only=public_only)
    if problems(preferences, rules):
        return None
    entries = {rules.visible[item.notification] for item in preferences}
    required = {id_: name for entry in entries for id_, name in entry.permissions.items()}
    # The statement checks the permission tables, this all other authentication backends.
    if held_ids(user, wanted=required, granted=required.keys()) != required.keys():
        return None
    values = values_by_cell(preferences, rules)
    written = _write(
        user.pk,
        values,
        required=() if user.is_superuser else required,
        version=snapshot.version[0],
        using=using,
    )
    return written and _result(user, *written, values)


def _is_possible(using: str) -> bool:
    return connections[using].vendor == "postgresql"


def _write(
    user: Any,
    values: Mapping[Key, bool],
    *,
    required: Collection[int],
    version: int | None,
    using: str,
) -> tuple[LoadedUsers, dict[Key, Outcome]] | None:
    """Write unless the catalogue has another version or the user lacks a required permission.

    Return the state before the update, and the outcomes; None if nothing was written.
    """
    keys = prepare_keys([user], using=using)
    [key] = keys
    condition = (version, array(required), key, key)
    with connections[using].cursor() as cursor:
        cursor.execute(
            _statement(using), (*condition, *upsert_params(UserPrefs, user, values), key)
        )
        [(*state, allowed, written)] = cursor.fetchall()
    if not allowed:
        return None
    outcomes = dict.fromkeys(values, Outcome.UNCHANGED)
    for cell, inserted in EncodedPrefs(written or "").decode().items():
        outcomes[cell] = Outcome.CREATED if inserted else Outcome.UPDATED
    return LoadedUsers.from_rows([state], keys, using=using), outcomes


@cache
def _statement(using: str) -> str:
    tables = tables_on(using)
    granted = tables.granted_permissions(
        direct=f"d.{tables.user_permissions.source} = %s",
        by_group=f"m.{tables.members.source} = %s",
    )
    written = EncodedPrefs.sql("inserted", "postgresql")
    extra = f", EXISTS (SELECT FROM allowed), (SELECT {written} FROM written)"  # noqa: S608
    return (
        "WITH allowed AS (SELECT 1"  # noqa: S608 - names of models
        f" WHERE ({select_version('SELECT {}')}) = %s AND NOT EXISTS ("
        f"SELECT unnest(%s::bigint[]) EXCEPT SELECT permission_id FROM ({granted}) AS granted)),"
        f" written AS ({upsert(UserPrefs, condition='EXISTS (SELECT FROM allowed)')})"
        f" {select_users(1, 'postgresql', extra)}"
    )
