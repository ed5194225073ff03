"""The verbs: read matrices, update and clear preferences, for users and for groups.

Every verb that writes is one transaction and writes all or nothing. `public_only` is for callers
that speak for the public (GraphQL, forms, links): to them a private notification is unknown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Generic, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import router, transaction
from django.db.models import QuerySet

from notifications import configuration as configured
from notifications.configuration import BackendEntry, Configuration, NotificationEntry
from notifications.errors import (
    InvalidPreferences,
    PreferencesDenied,
    Problem,
    ProblemCode,
    WrongSubject,
)
from notifications.facts import Membership, gather
from notifications.matrix import (
    GroupPreferenceMatrix,
    PreferenceMatrix,
    group_matrix,
    permitted,
    user_matrix,
    user_row,
)
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.precedence import Decision
from notifications.querysets import Key, Outcome, PrefsQuerySet
from notifications.validation import Preference, Rules, filter_problems, problems, visible

M = TypeVar("M", PreferenceMatrix, GroupPreferenceMatrix)

BATCH = 1000
"""Users handled by one statement of `clear`."""


@dataclass(frozen=True, slots=True)
class Updated(Generic[M]):
    """`outcomes` in the order of what was asked for; `matrix` as it is after the update."""

    outcomes: tuple[Outcome, ...]
    matrix: M


def read(*, users: Iterable[Any]) -> list[PreferenceMatrix]:
    """Return the users' matrices in their order; two statements for any number of users."""
    people = [_user(user) for user in users]
    configuration = configured.load()
    facts = gather([user.pk for user in people])
    return [user_matrix(user, facts=facts[user.pk], configuration=configuration) for user in people]


def read_groups(*, groups: Iterable[Group]) -> list[GroupPreferenceMatrix]:
    """Return the groups' matrices in their order; two statements for any number of groups."""
    asked = [_group(group) for group in groups]
    return _group_matrices(asked, configured.load())


def available(*, user: Any) -> list[NotificationEntry]:
    """Return the public notifications for which the user has all permissions; two statements."""
    configuration = configured.load()
    may_see = permitted(user, gather([_user(user).pk])[user.pk], configuration)
    return [entry for entry in configuration.public if may_see(entry)]


def memberships(*, user: Any) -> list[Membership]:
    """Return the groups that the user is in, by name."""
    return [
        Membership(pk, name) for pk, name in user.groups.order_by("name").values_list("pk", "name")
    ]


def decisions(*, user: Any, notification: int) -> dict[BackendEntry, Decision]:
    """Decide every cell of the notification with this key for one user; two statements."""
    configuration = configured.load(Notification.objects.filter(pk=notification))
    facts = gather([_user(user).pk])[user.pk]
    may = permitted(user, facts, configuration)
    return {
        cell.backend: cell.decision
        for entry in configuration.notifications
        for cell in user_row(entry, facts=facts, permitted=may(entry)).cells
    }


def update(
    *, user: Any, preferences: Sequence[Preference], public_only: bool = False
) -> Updated[PreferenceMatrix]:
    """Set a user's preferences.

    Raises InvalidPreferences with every wrong entry, PreferencesDenied where one of them is wrong
    for want of a permission.
    """
    pk = _user(user).pk
    with _transaction():
        configuration = configured.load()
        rules = _rules(configuration, preferences, public_only=public_only)
        found = problems(preferences, rules)
        outcomes = () if found else _write(UserPrefs.objects.all(), pk, preferences, rules)
        # One look serves the check and the answer, so that they cannot contradict each other.
        facts = gather([pk])[pk]
        may_set = permitted(user, facts, configuration)
        _refuse(problems(preferences, replace(rules, permitted=may_set)))
        return Updated(outcomes, user_matrix(user, facts=facts, configuration=configuration))


def update_group(
    *, group: Group, preferences: Sequence[Preference], public_only: bool = False
) -> Updated[GroupPreferenceMatrix]:
    """Set a group's preferences. Raises InvalidPreferences with every wrong entry."""
    pk = _group(group).pk
    with _transaction():
        configuration = configured.load()
        rules = _rules(configuration, preferences, public_only=public_only)
        _refuse(problems(preferences, rules))
        outcomes = _write(GroupPrefs.objects.all(), pk, preferences, rules)
        return Updated(outcomes, *_group_matrices([group], configuration))


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
    # What is to go is written before: so one statement locks all rows, in the order of the index,
    # and two writers queue.
    going = [Preference(notification, backend, notify=False) for notification, backend in cleared]
    by_backend: dict[str, list[str]] = {}
    for notification, backend in cleared:
        by_backend.setdefault(backend, []).append(notification)
    with _transaction():
        wishes = [*preferences, *going]
        updated = update_group(group=group, preferences=wishes, public_only=public_only)
        rows = GroupPrefs.objects.of([group.pk])
        for backend, names in by_backend.items():
            rows.filter(backend__name=backend, notification__name__in=names).clear()
        outcomes = updated.outcomes[: len(preferences)]
        return Updated(outcomes, *read_groups(groups=[group])) if going else updated


def check(*, user: Any, preferences: Sequence[Preference]) -> list[Problem]:
    """Return what `update` would refuse, and write nothing; two statements."""
    configuration = configured.load()
    rules = _rules(configuration, preferences, public_only=False)
    may_set = permitted(user, gather([_user(user).pk])[user.pk], configuration)
    return problems(preferences, replace(rules, permitted=may_set))


def check_group(*, group: Group, preferences: Sequence[Preference]) -> list[Problem]:
    """Return what `update_group` would refuse, and write nothing; one statement."""
    _group(group)
    return problems(preferences, _rules(configured.load(), preferences, public_only=False))


def clear(
    *,
    users: Iterable[Any],
    notifications: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    public_only: bool = False,
) -> int:
    """Delete the users' preferences and return how many there were. No users: nothing.

    `notifications` and `backends` name which ones; None: all. Takes no permission of any
    notification: an opinion can always be taken back. Raises InvalidPreferences for wrong names.
    """
    with _transaction():
        narrow = _narrowing(notifications, backends, public_only=public_only)
        return sum(
            narrow(UserPrefs.objects.of([_user(user).pk for user in batch])).clear()
            for batch in _batches(users)
        )


def clear_group(
    *,
    group: Group,
    notifications: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    public_only: bool = False,
) -> int:
    """As `clear`, for the preferences of one group."""
    with _transaction():
        narrow = _narrowing(notifications, backends, public_only=public_only)
        return narrow(GroupPrefs.objects.of([_group(group).pk])).clear()


def _rules(
    configuration: Configuration, preferences: Iterable[Preference], *, public_only: bool
) -> Rules:
    backends = _backend_ids(configuration, (preference.backend for preference in preferences))
    return Rules(visible(configuration, public_only=public_only), backends, lambda _: True)


def _write(
    rows: PrefsQuerySet, subject: Any, preferences: Iterable[Preference], rules: Rules
) -> tuple[Outcome, ...]:
    values: dict[Key, bool] = {
        (rules.visible[wish.notification].id, rules.backends[wish.backend]): wish.notify
        for wish in preferences
    }
    outcomes = rows.write(subject=subject, values=values)
    return tuple(outcomes[key] for key in values)


def _narrowing(
    notifications: Sequence[str] | None, backends: Sequence[str] | None, *, public_only: bool
) -> Callable[[PrefsQuerySet], PrefsQuerySet]:
    """Check the names, and return what limits rows to them."""
    limits: dict[str, Any] = {"notification__public": True} if public_only else {}
    if notifications is not None or backends is not None:
        configuration = configured.load()
        rules = Rules(
            visible(configuration, public_only=public_only),
            _backend_ids(configuration, backends or ()),
            lambda entry: not public_only or not entry.permissions,
        )
        _refuse(filter_problems(notifications or (), backends or (), rules))
        if notifications is not None:
            limits["notification__in"] = [rules.visible[name].id for name in notifications]
        if backends is not None:
            limits["backend__in"] = [rules.backends[name] for name in backends]
    return lambda rows: rows.filter(**limits)


def _backend_ids(configuration: Configuration, names: Iterable[str]) -> Mapping[str, int]:
    """All backends by name; those that no notification uses are looked up only when named."""
    if configuration.backend_ids.keys() >= set(names):
        return configuration.backend_ids
    return dict(Backend.objects.values_list("name", "pk"))


def _refuse(found: Sequence[Problem]) -> None:
    if any(problem.code is ProblemCode.PERMISSION_DENIED for problem in found):
        raise PreferencesDenied(found)
    if found:
        raise InvalidPreferences(found)


def _group_matrices(
    groups: Sequence[Group], configuration: Configuration
) -> list[GroupPreferenceMatrix]:
    values: dict[Any, dict[Key, bool]] = {group.pk: {} for group in groups}
    rows = GroupPrefs.objects.of(list(values))
    for group, notification, backend, notify in rows.values_list(
        "group_id", "notification_id", "backend_id", "notify"
    ):
        values[group][notification, backend] = notify
    return [
        group_matrix(group, values=values[group.pk], configuration=configuration)
        for group in groups
    ]


def _user(given: Any) -> Any:
    if not isinstance(given, get_user_model()) or given.pk is None:
        raise WrongSubject(given, allowed="a saved user")
    return given


def _group(given: Any) -> Group:
    if not isinstance(given, Group) or given.pk is None:
        raise WrongSubject(given, allowed="a saved group")
    return given


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items.iterator(BATCH) if isinstance(items, QuerySet) else items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _transaction() -> AbstractContextManager[None]:
    return transaction.atomic(using=router.db_for_write(UserPrefs))
