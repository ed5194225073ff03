"""Writers at once, on connections of their own."""

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


def wishes(notify: bool, *, backwards: bool = False) -> list[Preference]:
    made = [Preference(name, backend, notify) for name in NAMES for backend in ("email", "sms")]
    return made[::-1] if backwards else made


def at_once(write: Callable[[int], Any], writers: int = WRITERS) -> list[Any]:
    """Run `write(0)`, `write(1)` … in threads that start together; raise what one raises."""
    barrier = Barrier(writers, timeout=30)

    def run(number: int) -> Any:
        try:
            barrier.wait()
            return write(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(run, range(writers)))


def test_writers_of_the_same_cells_make_each_row_once(
    notifications: list[Notification], alice: Any
) -> None:
    def write(number: int) -> tuple[Outcome, ...]:
        wanted = wishes(number % 2 == 0, backwards=number % 3 == 0)
        updated = preferences.update(user=alice, preferences=wanted)
        named = dict(zip(wanted, updated.outcomes, strict=True))
        cells = sorted(named, key=lambda wish: (wish.notification, wish.backend))
        return tuple(named[wish] for wish in cells)

    for _ in range(ROUNDS):
        answers = at_once(write)
        for outcomes in zip(*answers, strict=True):
            assert Counter(outcomes)[Outcome.CREATED] == 1
        assert UserPrefs.objects.filter(user=alice).count() == 2 * len(NAMES)
        # each writer wrote one value everywhere: whoever was last is everywhere
        values = set(UserPrefs.objects.values_list("notify", flat=True))
        assert len(values) == 1
        preferences.clear(users=[alice])


def test_writers_of_a_group_make_each_row_once(
    notifications: list[Notification], reviewers: Group
) -> None:
    answers = at_once(
        lambda number: (
            preferences.update_group(group=reviewers, preferences=wishes(number % 2 == 0)).outcomes
        )
    )
    for outcomes in zip(*answers, strict=True):
        assert Counter(outcomes)[Outcome.CREATED] == 1
    assert GroupPrefs.objects.count() == 2 * len(NAMES)


def test_outcomes_add_up_to_what_happened(notifications: list[Notification], alice: Any) -> None:
    """Every change of a value is reported as updated by exactly the writer that made it."""
    wish = Preference("kind-0", "email", notify=True)
    preferences.update(user=alice, preferences=[wish])
    answers = at_once(
        lambda _: preferences.update(
            user=alice, preferences=[Preference("kind-0", "email", notify=False)]
        ).outcomes[0]
    )
    assert Counter(answers) == {Outcome.UPDATED: 1, Outcome.UNCHANGED: WRITERS - 1}


def test_updating_and_clearing_at_once_is_no_error(
    notifications: list[Notification], alice: Any
) -> None:
    def write(number: int) -> int:
        count = 0
        for _ in range(ROUNDS):
            if number % 2:
                count -= preferences.clear(users=[alice])
            else:
                updated = preferences.update(
                    user=alice, preferences=wishes(notify=True, backwards=number % 4 == 0)
                )
                count += updated.outcomes.count(Outcome.CREATED)
        return count

    assert sum(at_once(write)) == UserPrefs.objects.filter(user=alice).count()


def test_a_reader_never_sees_half_of_an_update(
    notifications: list[Notification], alice: Any
) -> None:
    done = Event()

    def work(number: int) -> set[frozenset[bool | None]]:
        seen = set()
        if number:
            for turn in range(20):
                preferences.update(user=alice, preferences=wishes(turn % 2 == 0))
            done.set()
        while not done.is_set():
            [matrix] = preferences.read(users=[alice])
            seen.add(frozenset(cell.user_value for row in matrix.rows for cell in row.cells))
        return seen

    readings, _ = at_once(work, writers=2)
    assert readings
    assert readings <= {frozenset({None}), frozenset({True}), frozenset({False})}


def test_a_writer_past_the_verbs_is_no_error_either(
    notifications: list[Notification], alice: Any
) -> None:
    email = Backend.objects.get(name="email")

    def write(number: int) -> None:
        if number % 2:
            preferences.update(user=alice, preferences=wishes(notify=True))
        else:
            UserPrefs.objects.get_or_create(
                user=alice, notification=notifications[0], backend=email
            )

    at_once(write)
    assert UserPrefs.objects.filter(user=alice).count() == 2 * len(NAMES)
