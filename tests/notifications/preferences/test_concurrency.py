"""Concurrent writers, each with a connection of its own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from notifications import preferences
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.models.querysets import Outcome
from notifications.preferences.validation import Preference
from tests.notifications.conftest import OFF, make_notification

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
ROUNDS = 5
NAMES = [f"kind-{index}" for index in range(10)]


@pytest.fixture
def notifications(transactional_db: None) -> list[Notification]:
    return [make_notification(name, email=OFF, sms=OFF) for name in NAMES]


def all_cells(notify: bool, *, backwards: bool = False) -> list[Preference]:
    cells = [Preference(name, backend, notify) for name in NAMES for backend in ("email", "sms")]
    return cells[::-1] if backwards else cells


def run_concurrently(write: Callable[[int], Any], writers: int = WRITERS) -> list[Any]:
    """Run `write(0)`, `write(1)` … in threads that start together; raise the first exception."""
    barrier = Barrier(writers, timeout=30)

    def run(number: int) -> Any:
        try:
            barrier.wait()
            return write(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(run, range(writers)))


def test_concurrent_updates_create_each_row_once(
    notifications: list[Notification], alice: Any
) -> None:
    def write(number: int) -> tuple[Outcome, ...]:
        cells = all_cells(number % 2 == 0, backwards=number % 3 == 0)
        updated = preferences.update(user=alice, preferences=cells)
        by_cell = dict(zip(cells, updated.outcomes, strict=True))
        in_order = sorted(by_cell, key=lambda cell: (cell.notification, cell.backend))
        return tuple(by_cell[cell] for cell in in_order)

    for _ in range(ROUNDS):
        answers = run_concurrently(write)
        for outcomes in zip(*answers, strict=True):
            assert Counter(outcomes)[Outcome.CREATED] == 1
        assert UserPrefs.objects.filter(user=alice).count() == 2 * len(NAMES)
        # each writer sets one value for all cells, so the last writer sets all
        values = set(UserPrefs.objects.values_list("notify", flat=True))
        assert len(values) == 1
        preferences.clear(users=[alice])


def test_concurrent_group_updates_create_each_row_once(
    notifications: list[Notification], reviewers: Group
) -> None:
    answers = run_concurrently(
        lambda number: (
            preferences.update_group(
                group=reviewers, preferences=all_cells(number % 2 == 0)
            ).outcomes
        )
    )
    for outcomes in zip(*answers, strict=True):
        assert Counter(outcomes)[Outcome.CREATED] == 1
    assert GroupPrefs.objects.count() == 2 * len(NAMES)


def test_one_concurrent_update_reports_the_change(
    notifications: list[Notification], alice: Any
) -> None:
    """Exactly one writer reports UPDATED, the others UNCHANGED."""
    preference = Preference("kind-0", "email", notify=True)
    preferences.update(user=alice, preferences=[preference])
    answers = run_concurrently(
        lambda _: preferences.update(
            user=alice, preferences=[Preference("kind-0", "email", notify=False)]
        ).outcomes[0]
    )
    assert Counter(answers) == {Outcome.UPDATED: 1, Outcome.UNCHANGED: WRITERS - 1}


def test_concurrent_update_and_clear_do_not_fail(
    notifications: list[Notification], alice: Any
) -> None:
    def write(number: int) -> int:
        count = 0
        for _ in range(ROUNDS):
            if number % 2:
                count -= preferences.clear(users=[alice])
            else:
                updated = preferences.update(
                    user=alice, preferences=all_cells(notify=True, backwards=number % 4 == 0)
                )
                count += updated.outcomes.count(Outcome.CREATED)
        return count

    assert sum(run_concurrently(write)) == UserPrefs.objects.filter(user=alice).count()


def test_a_read_returns_all_of_an_update_or_none(
    notifications: list[Notification], alice: Any
) -> None:
    done = Event()

    def work(number: int) -> set[frozenset[bool | None]]:
        values = set()
        if number:
            for turn in range(20):
                preferences.update(user=alice, preferences=all_cells(turn % 2 == 0))
            done.set()
        while not done.is_set():
            [matrix] = preferences.read(users=[alice])
            values.add(frozenset(cell.user_value for row in matrix.rows for cell in row.cells))
        return values

    readings, _ = run_concurrently(work, writers=2)
    assert readings
    assert readings <= {frozenset({None}), frozenset({True}), frozenset({False})}


def test_a_concurrent_orm_write_does_not_fail(
    notifications: list[Notification], alice: Any
) -> None:
    email = Backend.objects.get(name="email")

    def write(number: int) -> None:
        if number % 2:
            preferences.update(user=alice, preferences=all_cells(notify=True))
        else:
            UserPrefs.objects.get_or_create(
                user=alice, notification=notifications[0], backend=email
            )

    run_concurrently(write)
    assert UserPrefs.objects.filter(user=alice).count() == 2 * len(NAMES)
