"""The rule, the matrix, the methods and the SQL agree on random populations."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications import preferences
from notifications.audience import (
    KeyRange,
    Keys,
    Statement,
    audience,
    count,
    statement,
    stream,
)
from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    NotificationBackend,
    UserPrefs,
)
from notifications.precedence import Decision, Source, decide, joint_value

PERMISSIONS = 2
Prefs = dict[tuple[int, int], bool]


@dataclass(frozen=True)
class RandomNotification:
    public: bool
    permissions: frozenset[int]
    cells: dict[int, tuple[bool, bool]]  # backend: (required, default)


@dataclass(frozen=True)
class RandomGroup:
    permissions: frozenset[int]
    prefs: Prefs


@dataclass(frozen=True)
class RandomUser:
    is_active: bool
    is_superuser: bool
    groups: frozenset[int]
    permissions: frozenset[int]
    prefs: Prefs


@dataclass(frozen=True)
class Population:
    backends: list[bool]  # True if enabled
    notifications: list[RandomNotification]
    groups: list[RandomGroup]
    users: list[RandomUser]

    def decide(self, user: RandomUser, notification: int, backend: int) -> Decision | None:
        """Return the decision of the rule, without the database."""
        spec, key = self.notifications[notification], (notification, backend)
        groups = [self.groups[index] for index in user.groups]
        held = user.permissions.union(*(group.permissions for group in groups))
        required, default = spec.cells.get(backend, (False, False))
        return decide(
            offered=self.backends[backend] and backend in spec.cells,
            permitted=user.is_active and (user.is_superuser or spec.permissions <= held),
            required=required,
            user_value=user.prefs.get(key),
            group_value=joint_value(group.prefs[key] for group in groups if key in group.prefs),
            default=default,
        )

    def groups_with_yes(self, user: RandomUser, notification: int, backend: int) -> tuple[str, ...]:
        """Return the names of the user's groups that turn the cell on."""
        key = (notification, backend)
        positive = (index for index in user.groups if self.groups[index].prefs.get(key))
        return tuple(f"group-{index}" for index in sorted(positive))


@st.composite
def populations(draw: st.DrawFn) -> Population:
    backends = draw(st.lists(st.sampled_from([True, True, False]), min_size=1, max_size=3))
    count = draw(st.integers(1, 3))
    some_permissions = st.frozensets(st.integers(0, PERMISSIONS - 1))
    flags = st.tuples(st.sampled_from([False, False, True]), st.booleans())
    cells = st.dictionaries(st.integers(0, len(backends) - 1), flags)
    key = st.tuples(st.integers(0, count - 1), st.integers(0, len(backends) - 1))
    prefs = st.dictionaries(key, st.booleans(), max_size=6)
    groups = draw(st.lists(st.builds(RandomGroup, some_permissions, prefs), max_size=3))
    mostly, seldom = st.sampled_from([True, True, False]), st.sampled_from([False, False, True])
    members = st.frozensets(st.sampled_from(range(len(groups)))) if groups else st.just(frozenset())
    user = st.builds(RandomUser, mostly, seldom, members, some_permissions, prefs)
    notification = st.builds(RandomNotification, mostly, some_permissions, cells)
    return Population(
        backends,
        draw(st.lists(notification, min_size=count, max_size=count)),
        groups,
        draw(st.lists(user, min_size=1, max_size=4)),
    )


@dataclass(frozen=True)
class Rows:
    backends: list[Backend]
    notifications: list[Notification]
    users: list[Any]


def write(population: Population) -> Rows:
    """Write the population without validation: the rule must hold for any content of the tables."""
    permissions = list(Permission.objects.order_by("pk")[:PERMISSIONS])
    backends = [
        Backend.objects.create(name=f"backend-{index}", enabled=enabled)
        for index, enabled in enumerate(population.backends)
    ]
    notifications = []
    for index, each in enumerate(population.notifications):
        notification = Notification.objects.create(name=f"kind-{index}", public=each.public)
        notification.permissions.set(permissions[held] for held in each.permissions)
        NotificationBackend.objects.bulk_create(
            NotificationBackend(
                notification=notification, backend=backends[b], required=required, default=default
            )
            for b, (required, default) in each.cells.items()
        )
        notifications.append(notification)
    groups = []
    for index, group in enumerate(population.groups):
        row = Group.objects.create(name=f"group-{index}")
        row.permissions.set(permissions[held] for held in group.permissions)
        write_prefs(GroupPrefs, {"group": row}, group.prefs, notifications, backends)
        groups.append(row)
    users, model = [], get_user_model()
    for index, user in enumerate(population.users):
        flags = {"is_active": user.is_active, "is_superuser": user.is_superuser}
        person = model._default_manager.create(**{model.USERNAME_FIELD: f"user-{index}"}, **flags)
        person.groups.set(groups[member] for member in user.groups)
        person.user_permissions.set(permissions[held] for held in user.permissions)
        write_prefs(UserPrefs, {"user": person}, user.prefs, notifications, backends)
        users.append(person)
    return Rows(backends, notifications, users)


def write_prefs(
    model: type[GroupPrefs | UserPrefs],
    subject: dict[str, Any],
    prefs: Prefs,
    notifications: list[Notification],
    backends: list[Backend],
) -> None:
    manager: Any = model._default_manager
    manager.bulk_create(
        model(notification=notifications[n], backend=backends[b], notify=notify, **subject)
        for (n, b), notify in prefs.items()
    )


@contextmanager
def written(population: Population) -> Iterator[Rows]:
    with transaction.atomic():
        yield write(population)
        transaction.set_rollback(True)


on_populations = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.django_db
@given(populations())
@on_populations
def test_matrix_equals_the_rule(population: Population) -> None:
    with written(population) as rows:
        for user, matrix in zip(population.users, preferences.read(users=rows.users), strict=True):
            actual = {
                (cell.notification.name, cell.backend.name): cell.decision
                for row in (*matrix.rows, *matrix.withheld)
                for cell in row.cells
            }
            expected = {
                (f"kind-{n}", f"backend-{b}"): decision
                for n, notification in enumerate(population.notifications)
                for b in range(len(population.backends))
                if notification.public and (decision := population.decide(user, n, b)) is not None
            }
            assert actual == expected
            withheld = {cell.decision.source for row in matrix.withheld for cell in row.cells}
            visible = {cell.decision.source for row in matrix.rows for cell in row.cells}
            assert withheld <= {"PERMISSION"}
            assert "PERMISSION" not in visible


@pytest.mark.django_db
@given(populations())
@on_populations
def test_methods_of_a_notification_equal_the_rule(population: Population) -> None:
    with written(population) as rows:
        for (n, notification), (u, user) in (
            (n, u) for n in enumerate(rows.notifications) for u in enumerate(rows.users)
        ):
            decisions = [
                (backend, population.decide(population.users[u], n, b))
                for b, backend in enumerate(rows.backends)
            ]
            prefs = {
                backend: decision.effective
                for backend, decision in decisions
                if decision is not None
            }
            assert notification.get_user_prefs(user) == prefs
            delivering = [backend for backend, effective in prefs.items() if effective]
            assert list(notification.get_backends(user)) == delivering


Expected = dict[Any, tuple[Source, list[str] | None]]


def delivered(population: Population, rows: Rows, n: int, b: int) -> Expected:
    """Return the source and the groups of the users whom the rule delivers to, by primary key."""
    expected: Expected = {}
    for user, row in zip(population.users, rows.users, strict=True):
        decision = population.decide(user, n, b)
        if decision is not None and decision.effective:
            groups = list(population.groups_with_yes(user, n, b))
            expected[row.pk] = decision.source, groups if decision.source is Source.GROUP else None
    return expected


@pytest.mark.django_db
@given(populations())
@on_populations
def test_audience_equals_the_rule(population: Population) -> None:
    with written(population) as rows:
        for n, notification in enumerate(rows.notifications):
            for b, backend in enumerate(rows.backends):
                expected = delivered(population, rows, n, b).keys()
                assert {user.pk for user in audience(notification, backend)} == expected
                assert count(notification=notification, backend=backend) == len(expected)
                batches = list(stream(notification=notification, backend=backend, size=2))
                assert all(len(batch) <= 2 for batch in batches)
                assert [key for batch in batches for key in batch] == sorted(expected)


@pytest.mark.django_db
@given(populations(), st.data())
@on_populations
def test_statement_equals_the_rule_and_explains_it(
    population: Population, data: st.DataObject
) -> None:
    with written(population) as rows:
        pks = sorted(user.pk for user in rows.users)
        some = data.draw(st.lists(st.sampled_from(pks), unique=True), label="keys")
        after, through = (data.draw(st.none() | st.sampled_from(pks)) for _ in range(2))
        for n, notification in enumerate(rows.notifications):
            for b, backend in enumerate(rows.backends):
                expected = delivered(population, rows, n, b)
                choices: list[tuple[Keys | None, list[Any]]] = [
                    (None, pks),
                    (some, some),
                    (KeyRange(after, through), between(after, through, pks)),
                ]
                for keys, included in choices:
                    selection = {key: why for key, why in expected.items() if key in included}
                    compose = partial(statement, notification=notification, backend=backend)
                    assert selected(compose(keys=keys)) == dict.fromkeys(selection, ())
                    assert selected(compose(keys=keys, explained=True)) == selection


def between(after: Any, through: Any, keys: list[Any]) -> list[Any]:
    return [
        key
        for key in keys
        if (after is None or key > after) and (through is None or key <= through)
    ]


def selected(query: Statement) -> dict[Any, tuple[Any, ...]]:
    """Run a statement, and return the other columns by primary key, which must be unique."""
    key_field: Any = get_user_model()._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        rows = cursor.fetchall()
    columns = {
        key_field.to_python(key): (why[0], why[1] and sorted(json.loads(why[1]))) if why else ()
        for key, *why in rows
    }
    assert len(columns) == len(rows)
    return columns
