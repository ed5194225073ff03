"""The verbs: read matrices, update and clear preferences, for users and for groups.

Every verb that writes is one transaction and writes all or nothing. `public_only` is for callers
that speak for the public (GraphQL, forms, links): to them a private notification is unknown.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import Group

from notifications.arguments import (
    batches,
    name_of,
    names,
    saved_group,
    saved_groups,
    saved_user,
    saved_users,
)
from notifications.configuration.cache import Membership, current
from notifications.configuration.entries import BackendEntry, Configuration, NotificationEntry
from notifications.database.routing import for_read, read_your_writes, writing
from notifications.errors import Problem
from notifications.models import GroupPrefs, UserPrefs
from notifications.precedence import Decision
from notifications.preferences import updates
from notifications.preferences.checking import narrowing, refuse, rules_for
from notifications.preferences.matrix import (
    GroupPreferenceMatrix,
    PreferenceMatrix,
    group_matrix,
    permitted,
    user_matrix,
    user_row,
)
from notifications.preferences.updates import Updated, values_of
from notifications.preferences.user_state import look
from notifications.preferences.validation import Preference, problems


def read(*, users: Iterable[Any]) -> list[PreferenceMatrix]:
    """Return the users' matrices in their order; one statement for any number of users."""
    people = saved_users(users)
    seen = look([user.pk for user in people])
    return [user_matrix(user, facts=seen.facts[user.pk], snapshot=seen.snapshot) for user in people]


def read_groups(*, groups: Iterable[Group]) -> list[GroupPreferenceMatrix]:
    """Return the groups' matrices in their order; one statement for any number of groups."""
    asked = saved_groups(groups)
    snapshot = current(using=for_read(), groups=[group.pk for group in asked])
    return [
        group_matrix(group, values=snapshot.prefs(group.pk), configuration=snapshot.configuration)
        for group in asked
    ]


def configured() -> Configuration:
    """Return what is configured now; one statement."""
    return current(using=for_read()).configuration


def available(*, user: Any) -> list[NotificationEntry]:
    """Return the public notifications for which the user has all permissions; one statement."""
    user = saved_user(user)
    seen = look([user.pk])
    may_see = permitted(user, seen.facts[user.pk], seen.snapshot.configuration)
    return [entry for entry in seen.snapshot.configuration.public if may_see(entry)]


def memberships(*, user: Any) -> list[Membership]:
    """Return the groups that the user is in, by name."""
    return [
        Membership(pk, name)
        for pk, name in saved_user(user)
        .groups.using(for_read())
        .order_by("name")
        .values_list("pk", "name")
    ]


def decisions(*, user: Any, notification: int) -> dict[BackendEntry, Decision]:
    """Decide every cell of the notification with this key for one user; one statement."""
    [decided] = decisions_about(users=[user], notification=notification).values()
    return decided


def decisions_about(
    *, users: Collection[Any], notification: int
) -> dict[Any, dict[BackendEntry, Decision]]:
    """As `decisions`, by the users' primary keys; one statement for any number of users."""
    people = saved_users(users)
    seen = look([user.pk for user in people])
    configuration = seen.snapshot.configuration
    entries = [entry for entry in configuration.notifications if entry.id == notification]
    decided = {}
    for user in people:
        facts = seen.facts[user.pk]
        may = permitted(user, facts, configuration)
        rows = (
            user_row(entry, permitted=may(entry), own=facts.own, groups=facts.groups.values)
            for entry in entries
        )
        decided[user.pk] = {cell.backend: cell.decision for row in rows for cell in row.cells}
    return decided


def update(
    *, user: Any, preferences: Sequence[Preference], public_only: bool = False
) -> Updated[PreferenceMatrix]:
    """Set a user's preferences.

    Raises InvalidPreferences with every wrong entry, PreferencesDenied where one of them is wrong
    for want of a permission.
    """
    user = saved_user(user)
    with read_your_writes() as using:
        return updates.at_once(
            user, preferences, public_only=public_only, using=using
        ) or updates.in_steps(user, preferences, public_only=public_only, using=using)


def update_group(
    *, group: Group, preferences: Sequence[Preference], public_only: bool = False
) -> Updated[GroupPreferenceMatrix]:
    """Set a group's preferences. Raises InvalidPreferences with every wrong entry."""
    group = saved_group(group)
    pk = group.pk
    with writing() as using:
        snapshot = current(using=using, groups=[pk])
        configuration = snapshot.configuration
        rules = rules_for(configuration, preferences, public_only=public_only)
        refuse(problems(preferences, rules))
        values = values_of(preferences, rules)
        outcomes = GroupPrefs.objects.all().write(
            subject=pk, values=values, before=snapshot.prefs(pk)
        )
        after = {**snapshot.prefs(pk), **values}
        matrix = group_matrix(group, values=after, configuration=configuration)
        return Updated(tuple(outcomes[key] for key in values), matrix)


def change_group(
    *,
    group: Group,
    preferences: Sequence[Preference],
    cleared: Sequence[tuple[str, str]],
    public_only: bool = False,
) -> Updated[GroupPreferenceMatrix]:
    """Set some of a group's preferences and take others back, as one transaction.

    `cleared` are names of notifications and backends; `outcomes` are those of `preferences`. Raises
    InvalidPreferences with every wrong entry of the two lists, counted as if they were one.
    """
    group = saved_group(group)
    cleared = [(name_of(notification), name_of(backend)) for notification, backend in cleared]
    # What is to go is written before: so one statement locks all rows, in the order of the index,
    # and two writers queue.
    going = [Preference(notification, backend, notify=False) for notification, backend in cleared]
    by_backend: dict[str, list[str]] = {}
    for notification, backend in cleared:
        by_backend.setdefault(backend, []).append(notification)
    with writing():
        wishes = [*preferences, *going]
        updated = update_group(group=group, preferences=wishes, public_only=public_only)
        rows = GroupPrefs.objects.of([group.pk])
        for backend, names in by_backend.items():
            rows.filter(backend__name=backend, notification__name__in=names).clear()
        outcomes = updated.outcomes[: len(preferences)]
        return Updated(outcomes, *read_groups(groups=[group])) if going else updated


def check(*, user: Any, preferences: Sequence[Preference]) -> list[Problem]:
    """Return what `update` would refuse, and write nothing; one statement."""
    user = saved_user(user)
    with read_your_writes() as using:
        seen = look([user.pk], using=using)
        configuration = seen.snapshot.configuration
        rules = rules_for(configuration, preferences, public_only=False)
    may_set = permitted(user, seen.facts[user.pk], configuration)
    return problems(preferences, replace(rules, permitted=may_set))


def check_group(*, group: Group, preferences: Sequence[Preference]) -> list[Problem]:
    """Return what `update_group` would refuse, and write nothing; one statement."""
    saved_group(group)
    with read_your_writes():
        return problems(preferences, rules_for(configured(), preferences, public_only=False))


def clear(
    *,
    users: Any,
    notifications: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    public_only: bool = False,
) -> int:
    """Delete preferences of one user, or an iterable of users, and return how many there were.

    `notifications` and `backends` are names that narrow the deletion to these; without them, all
    preferences of the users are deleted. Requires no permission of any notification. Raises
    WrongSubject, and InvalidPreferences for wrong names.
    """
    notifications, backends = _filter(notifications), _filter(backends)
    with writing() as using:
        narrow = narrowing(notifications, backends, public_only=public_only, using=using)
        return sum(
            narrow(UserPrefs.objects.of([saved_user(user).pk for user in batch])).clear()
            for batch in batches(users)
        )


def clear_group(
    *,
    group: Group,
    notifications: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    public_only: bool = False,
) -> int:
    """As `clear`, for the preferences of one group."""
    notifications, backends = _filter(notifications), _filter(backends)
    with writing() as using:
        narrow = narrowing(notifications, backends, public_only=public_only, using=using)
        return narrow(GroupPrefs.objects.of([saved_group(group).pk])).clear()


def _filter(given: Any) -> list[Any] | None:
    return None if given is None else names(given)
