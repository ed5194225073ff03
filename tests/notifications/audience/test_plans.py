"""Each statement of the hot paths uses the intended index.

docs/explanation/scaling.md lists them with their plans.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Model

from notifications import audience, preferences
from notifications.audience import KeyRange
from notifications.models import GroupPrefs, NotificationBackend, UserPrefs
from notifications.preferences.user_state import load_users
from notifications.preferences.validation import Preference
from project.population import Size, populate

Params = Any
BY_USER, BY_CELL = ("user_id", "notification_id", "backend_id"), ("notification_id", "backend_id")


@pytest.fixture
def people(db: None) -> list[Any]:
    populate(size=Size(users=2000, groups=500))
    return list(get_user_model()._default_manager.order_by("pk")[:60])


@contextmanager
def watched() -> Iterator[list[tuple[str, Params]]]:
    statements: list[tuple[str, Params]] = []

    def watch(execute: Callable[..., Any], sql: str, params: Params, *rest: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(watch):
        yield statements


def plan(sql: str, params: Params) -> str:
    """Return the plan of the database, a step in each line."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN' if postgresql else 'EXPLAIN QUERY PLAN'} {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def scanned(steps: str, model: type[Model], alias: str = "") -> bool:
    """Return True if a plan reads a whole table. SQLite names a table by its alias alone."""
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        return bool(re.search(rf"Seq Scan on {table}\b", steps))
    return bool(re.search(rf"\bSCAN ({table}|{alias or table})\b", steps))


def used(steps: str, model: type[Model]) -> set[tuple[str, ...]]:
    """Return the columns of the indexes of a table that a plan uses."""
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, model._meta.db_table)
        columns = {name: tuple(about["columns"] or ()) for name, about in known.items()}
        if connection.vendor == "sqlite":  # where a constraint and its index have two names
            cursor.execute(
                "SELECT l.name, group_concat(i.name) FROM pragma_index_list(%s) l,"
                " pragma_index_info(l.name) i GROUP BY l.name",
                [model._meta.db_table],
            )
            columns = {name: tuple(listed.split(",")) for name, listed in cursor.fetchall()}
    return {of for name, of in columns.items() if re.search(rf"\b{re.escape(name)}\b", steps)}


def plan_of_preferences(statements: list[tuple[str, Params]]) -> str:
    """Return the plan of the only statement that reads preferences of users."""
    [(sql, params)] = [each for each in statements if UserPrefs._meta.db_table in each[0]]
    return plan(sql, params)


def test_user_state_is_read_by_indexes_of_the_user(
    people: list[Any],
) -> None:
    with watched() as statements:
        load_users([people[0].pk])
    steps = plan_of_preferences(statements)
    user: Any = get_user_model()
    owners = {columns[0] for columns in used(steps, UserPrefs)}
    assert owners == {"user_id"}
    for model in (UserPrefs, user.groups.through):
        assert not scanned(steps, model)


def test_preferences_are_written_by_the_index_of_the_user(
    people: list[Any],
) -> None:
    cell = NotificationBackend.objects.filter(required=False)[0]
    key = (cell.notification_id, cell.backend_id)
    with transaction.atomic(), watched() as statements:
        UserPrefs.objects.all().write(subject=people[0].pk, values={key: True})
    writes = [each for each in statements if UserPrefs._meta.db_table in each[0]]
    steps = plan(*writes[0])
    if connection.vendor == "postgresql":
        assert f"Conflict Arbiter Indexes: {UserPrefs._meta.constraints[0].name}" in steps
    else:
        assert {columns[0] for columns in used(steps, UserPrefs)} == {"user_id"}
    assert not scanned(steps, UserPrefs)


@pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="SQLite takes two statements, tried by themselves",
)
def test_update_reads_and_writes_by_indexes_of_the_user(people: list[Any]) -> None:
    cell = NotificationBackend.objects.filter(
        required=False, backend__enabled=True, notification__permissions=None
    )[0]
    preference = Preference(cell.notification.name, cell.backend.name, notify=True)
    user = next(person for person in people if person.is_active)
    preferences.read(users=[user])
    with watched() as statements:
        preferences.update(user=user, preferences=[preference])
    steps = plan(*next(each for each in statements if "INSERT" in each[0]))
    assert {columns[0] for columns in used(steps, UserPrefs)} == {"user_id"}
    for model in (UserPrefs, get_user_model().groups.through):
        assert not scanned(steps, model)


@pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
def test_no_index_of_preferences_is_a_prefix_of_another(db: None, model: type[Model]) -> None:
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, model._meta.db_table).values()
    indexes = {tuple(about["columns"]) for about in known if about["index"] or about["unique"]}
    for short, long in permutations(indexes, 2):
        assert long[: len(short)] != short


def test_preferences_are_cleared_by_an_index_of_the_user(people: list[Any]) -> None:
    with watched() as statements:
        preferences.clear(users=people[:1])
    steps = plan_of_preferences(statements)
    assert "user_id" in {columns[0] for columns in used(steps, UserPrefs)}
    assert not scanned(steps, UserPrefs, "U0")


@pytest.mark.parametrize("explained", [False, True])
def test_range_of_an_audience_is_read_by_the_index_of_the_cell(
    people: list[Any], explained: bool
) -> None:
    cell = NotificationBackend.objects.filter(required=False, default=True)[0]
    last = people[-1].pk
    query = audience.statement(
        notification=cell.notification_id,
        backend=cell.backend_id,
        keys=KeyRange(through=last),
        explained=explained,
    )
    steps = plan(query.sql, query.params)
    assert BY_CELL in {columns[:2] for columns in used(steps, GroupPrefs)}
    assert not scanned(steps, UserPrefs, "p")
    assert not scanned(steps, GroupPrefs, "o")
    assert not scanned(steps, get_user_model(), "u")
    assert used(steps, UserPrefs) <= {(*BY_CELL, "user_id", "notify"), BY_USER}


def test_ranges_are_read_from_the_primary_key(people: list[Any]) -> None:
    with watched() as statements:
        ranges = audience.ranges(50)
        next(ranges)
        next(ranges)
    steps = plan(*statements[-1])
    user = get_user_model()
    assert not scanned(steps, user)
    if connection.vendor == "postgresql":
        assert "Index Only Scan" in steps
