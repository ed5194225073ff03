"""Number of SQL statements of a request, which does not depend on the size of its answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    NotificationBackend,
    UserPrefs,
)
from notifications.preferences import read
from project.models import GroupManager
from tests.conftest import make_user
from tests.schema.conftest import Graphql, grant, id_of
from tests.schema.documents import GROUP_MATRIX, MATRIX, document

pytestmark = pytest.mark.usefixtures("any_cost")

BUDGET = 5
SIZES = (2, 7)
SMALL = "{ id user { groups { name } } notifications { cells { effective } } withheld { id } }"


@dataclass
class Rows:
    users: list[Any]
    groups: list[Group]


def grow(size: int) -> Rows:
    """Create `size` objects of each kind; each object is related to all others."""
    permissions = list(Permission.objects.order_by("pk")[:size])
    backends = [Backend.objects.create(name=f"backend{n}") for n in range(size)]
    notifications = [Notification.objects.create(name=f"notification{n}") for n in range(size)]
    groups = [Group.objects.create(name=f"group{n}") for n in range(size)]
    users = [make_user(f"user{n}") for n in range(size)]
    for notification, permission in zip(notifications, permissions, strict=True):
        notification.permissions.add(permission)
        for backend in backends:
            NotificationBackend.objects.create(notification=notification, backend=backend)
    for user in users:
        user.groups.add(*groups)
        user.user_permissions.add(*permissions[::2])
    kinds: list[tuple[Any, list[Any]]] = [(UserPrefs, users), (GroupPrefs, groups)]
    for model, subjects in kinds:
        model.objects.bulk_create(
            [
                model(notification=notification, backend=backend, **{model.subject: subject})
                for subject in subjects
                for notification in notifications
                for backend in backends
            ]
        )
    return Rows(users, groups)


Query = Callable[[Graphql, Rows], int]


def own(graphql: Graphql, rows: Rows) -> int:
    return graphql.statements(MATRIX, user=rows.users[0])


def own_of_a_superuser(graphql: Graphql, rows: Rows) -> int:
    boss = make_user("boss", is_superuser=True)
    boss.groups.add(*rows.groups)
    return graphql.statements(MATRIX, user=boss)


def another_users(graphql: Graphql, rows: Rows) -> int:
    return graphql.statements(MATRIX, {"user": id_of(rows.users[0])}, support(rows))


def many_by_aliases(graphql: Graphql, rows: Rows) -> int:
    fields = aliases(rows.users, "preferences(user: {id})")
    return graphql.statements(f"{{ {fields} own: preferences {SMALL} }}", user=support(rows))


def many_by_fragments(graphql: Graphql, rows: Rows) -> int:
    query = (
        "query { ...Outer ... on Query { ...Inner } ... { own: preferences { id } } }"
        f" fragment Outer on Query {{ ...Inner }}"
        f" fragment Inner on Query {{ {aliases(rows.users, 'preferences(user: {id})')} }}"
    )
    return graphql.statements(query, user=support(rows))


def many_by_variables(graphql: Graphql, rows: Rows) -> int:
    users = {f"u{number}": id_of(user) for number, user in enumerate(rows.users)}
    declared = " ".join(f"${name}: ID" for name in users)
    fields = " ".join(f"{name}: preferences(user: ${name}) {SMALL}" for name in users)
    default = f'$d: ID = "{id_of(rows.users[0])}"'
    query = f"query ({declared} {default} $none: ID) {{ {fields}"
    query += f" d: preferences(user: $d) {SMALL} none: preferences(user: $none) {SMALL} }}"
    return graphql.statements(query, users, support(rows))


def a_group(graphql: Graphql, rows: Rows) -> int:
    return graphql.statements(GROUP_MATRIX, {"group": id_of(rows.groups[0])}, auditor(rows))


def many_groups(graphql: Graphql, rows: Rows) -> int:
    fields = aliases(rows.groups, "groupPreferences(group: {id})", "{ id }")
    return graphql.statements(f"{{ {fields} }}", user=auditor(rows))


def a_managers_group(graphql: Graphql, rows: Rows) -> int:
    return graphql.statements(GROUP_MATRIX, {"group": id_of(rows.groups[0])}, manager(rows))


def many_groups_of_a_manager(graphql: Graphql, rows: Rows) -> int:
    fields = aliases(rows.groups, "groupPreferences(group: {id})", "{ id }")
    return graphql.statements(f"{{ {fields} }}", user=manager(rows))


def the_lists(graphql: Graphql, rows: Rows) -> int:
    query = document("{ notifications { ...Notification } }")
    return graphql.statements(query, user=rows.users[0])


def support(rows: Rows) -> Any:
    user = grant(make_user("support"), "notifications.view_userprefs")
    user.groups.add(*rows.groups)
    return user


def auditor(rows: Rows) -> Any:
    permissions = ("notifications.view_groupprefs", "notifications.change_groupprefs")
    return grant(make_user("auditor"), *permissions)


def manager(rows: Rows) -> Any:
    user = make_user("manager")
    GroupManager.objects.bulk_create(
        [GroupManager(group=group, user=user) for group in rows.groups]
    )
    return user


def aliases(subjects: Sequence[Any], field: str, selected: str = SMALL) -> str:
    return " ".join(
        f"a{number}: {field.format(id=chr(34) + id_of(subject) + chr(34))} {selected}"
        for number, subject in enumerate(subjects)
    )


QUERIES = (
    own,
    own_of_a_superuser,
    another_users,
    many_by_aliases,
    many_by_fragments,
    many_by_variables,
    a_group,
    many_groups,
    the_lists,
)


@pytest.mark.parametrize("run", QUERIES)
def test_at_most_five_statements_at_every_size(graphql: Graphql, run: Query) -> None:
    assert measured(run) <= BUDGET


def test_the_own_matrix_takes_one_besides_session_and_user(db: None) -> None:
    query = document("{ preferences { id notifications { ...NotificationPreferences } } }")

    def run(graphql: Graphql, rows: Rows) -> int:
        return graphql.statements(query, user=rows.users[0])

    assert measured(run) == 3


@pytest.mark.parametrize("run", [a_managers_group, many_groups_of_a_manager])
def test_the_backend_of_group_managers_takes_one_more(graphql: Graphql, run: Query) -> None:
    assert measured(run) == BUDGET + 1


def measured(run: Query) -> int:
    """Return the number of statements of a query, which must be equal at both sizes."""
    costs = []
    for size in SIZES:
        with transaction.atomic():
            rows, graphql = grow(size), Graphql()
            read(users=rows.users)  # the first after a change reads the configuration
            costs.append(run(graphql, rows))
            transaction.set_rollback(True)
    assert costs[0] == costs[1]
    return costs[0]


def test_an_invalid_user_takes_no_further_statement(
    graphql: Graphql, alice: Any, charlie: Any
) -> None:
    query = (
        "query ($alice: ID!) { own: preferences { id } bad: preferences(user: 5) { id }"
        " other: preferences(user: $alice) { id } }"
    )
    answer = graphql(query, {"alice": id_of(alice)}, charlie)
    assert answer["data"] is None  # the fields are not null
    assert {error["extensions"]["code"] for error in answer["errors"]} <= {
        "FORBIDDEN",
        "NOT_FOUND",
    }
