"""Reads: matrices, decisions, and the configuration.

Each function runs one statement, for any number of users or groups, if the configuration is cached.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.models import Group

from notifications.arguments import saved_groups, saved_user, saved_users
from notifications.configuration.cache import configuration_cache
from notifications.configuration.entries import BackendEntry, Configuration, NotificationEntry
from notifications.configuration.groups import Membership
from notifications.database.routing import for_read
from notifications.precedence import Decision
from notifications.preferences.matrix import (
    GroupPreferenceMatrix,
    PreferenceMatrix,
    group_matrix,
    user_matrix,
)
from notifications.preferences.rows import held_permissions, permission_check, user_row
from notifications.preferences.user_state import load_users


def read(*, users: Iterable[Any]) -> list[PreferenceMatrix]:
    """Return the matrices of users, in their order."""
    users = saved_users(users)
    loaded = load_users([user.pk for user in users])
    return [
        user_matrix(user, state=loaded.states[user.pk], snapshot=loaded.snapshot) for user in users
    ]


def read_groups(*, groups: Iterable[Group]) -> list[GroupPreferenceMatrix]:
    """Return the matrices of groups, in their order."""
    groups = saved_groups(groups)
    snapshot = configuration_cache.current(using=for_read(), groups=[group.pk for group in groups])
    configuration = snapshot.configuration
    return [
        group_matrix(group, values=snapshot.group_prefs(group.pk), configuration=configuration)
        for group in groups
    ]


def configured() -> Configuration:
    """Return the current configuration."""
    return configuration_cache.current(using=for_read()).configuration


def available(*, user: Any) -> list[NotificationEntry]:
    """Return the public notifications for which the user has all permissions."""
    user = saved_user(user)
    loaded = load_users([user.pk])
    configuration = loaded.snapshot.configuration
    held = held_permissions(user, loaded.states[user.pk], configuration)
    may_see = permission_check(user, held)
    return [entry for entry in configuration.public if may_see(entry)]


def memberships(*, user: Any) -> list[Membership]:
    """Return the groups of a user, by name."""
    groups = saved_user(user).groups.using(for_read()).order_by("name")
    return [Membership(pk, name) for pk, name in groups.values_list("pk", "name")]


def decisions(*, user: Any, notification: int) -> dict[BackendEntry, Decision]:
    """Decide each cell of the notification with this primary key for one user."""
    [by_backend] = decisions_about(users=[user], notification=notification).values()
    return by_backend


def decisions_about(
    *, users: Collection[Any], notification: int
) -> dict[Any, dict[BackendEntry, Decision]]:
    """Return the result of `decisions` for each of the users, by primary key."""
    users = saved_users(users)
    loaded = load_users([user.pk for user in users])
    configuration = loaded.snapshot.configuration
    entries = [entry for entry in configuration.notifications if entry.id == notification]
    by_user = {}
    for user in users:
        state = loaded.states[user.pk]
        may_see = permission_check(user, held_permissions(user, state, configuration))
        rows = (
            user_row(
                entry,
                permitted=may_see(entry),
                user_values=state.values,
                group_values=state.groups.values,
            )
            for entry in entries
        )
        by_user[user.pk] = {cell.backend: cell.decision for row in rows for cell in row.cells}
    return by_user
