"""Updates and removal of a group's preferences. The rules are those of `writes`."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group

from notifications.arguments import name_of, saved_group
from notifications.configuration.cache import configuration_cache
from notifications.database.routing import read_your_writes, writing
from notifications.errors import Problem
from notifications.models import GroupPrefs
from notifications.preferences.matrix import GroupPreferenceMatrix, group_matrix
from notifications.preferences.reads import configured, read_groups
from notifications.preferences.validation import (
    Preference,
    problems,
    raise_problems,
    row_filter,
    rules_for,
)
from notifications.preferences.writes import UpdateResult, names_or_none, values_by_cell


def update_group(
    *, group: Group, preferences: Sequence[Preference], public_only: bool = False
) -> UpdateResult[GroupPreferenceMatrix]:
    """Set preferences of a group. Raises InvalidPreferences with every wrong entry."""
    group = saved_group(group)
    with writing() as using:
        snapshot = configuration_cache.current(using=using, groups=[group.pk])
        configuration, before = snapshot.configuration, snapshot.group_prefs(group.pk)
        rules = rules_for(configuration, preferences, public_only=public_only)
        raise_problems(problems(preferences, rules))
        values = values_by_cell(preferences, rules)
        rows = GroupPrefs.objects.all()
        outcomes = rows.write(subject=group.pk, values=values, before=before)
        matrix = group_matrix(group, values={**before, **values}, configuration=configuration)
        return UpdateResult(tuple(outcomes[key] for key in values), matrix)


def change_group(
    *,
    group: Group,
    preferences: Sequence[Preference],
    cleared: Sequence[tuple[Any, Any]],
    public_only: bool = False,
) -> UpdateResult[GroupPreferenceMatrix]:
    """Set some preferences of a group and delete others, in one transaction.

    `cleared` has pairs of a notification and a backend, by row or name. The outcomes are those of
    `preferences`. Raises InvalidPreferences with every wrong entry of both; entries of `cleared`
    are counted after those of `preferences`.
    """
    group = saved_group(group)
    pairs = [(name_of(notification), name_of(backend)) for notification, backend in cleared]
    # Rows are updated before they are deleted: one statement locks all of them in the order of the
    # index, so that two writers cannot deadlock.
    deleted = [Preference(notification, backend, notify=False) for notification, backend in pairs]
    by_backend: dict[str, list[str]] = {}
    for notification, backend in pairs:
        by_backend.setdefault(backend, []).append(notification)
    with writing():
        result = update_group(
            group=group, preferences=[*preferences, *deleted], public_only=public_only
        )
        rows = GroupPrefs.objects.of([group.pk])
        for backend, names in by_backend.items():
            rows.filter(backend__name=backend, notification__name__in=names).clear()
        outcomes = result.outcomes[: len(preferences)]
        return UpdateResult(outcomes, *read_groups(groups=[group])) if deleted else result


def check_group(*, group: Group, preferences: Sequence[Preference]) -> list[Problem]:
    """Return the problems for which `update_group` would raise, without writing; one statement."""
    saved_group(group)
    with read_your_writes():
        return problems(preferences, rules_for(configured(), preferences, public_only=False))


def clear_group(
    *,
    group: Group,
    notifications: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    public_only: bool = False,
) -> int:
    """Delete preferences of one group; return their number. The arguments are those of `clear`."""
    notifications, backends = names_or_none(notifications), names_or_none(backends)
    with writing() as using:
        lookups = row_filter(notifications, backends, public_only=public_only, using=using)
        return GroupPrefs.objects.of([saved_group(group).pk]).filter(**lookups).clear()
