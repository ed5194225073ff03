"""Concurrent requests of one user while new entries arrive."""

from typing import Any

import pytest

from notifications.inbox import reads, writes
from notifications.models import SentNotification
from tests.notifications.conftest import ON, make_notification
from tests.notifications.preferences.test_concurrency import WRITERS, run_concurrently
from tests.sent import sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def keys(alice: Any) -> list[int]:
    make_notification("alarm", inbox=ON)
    return [sent(alice).pk for _ in range(20)]


def test_each_entry_is_marked_once_by_many_writers(alice: Any, keys: list[int]) -> None:
    def mark(number: int) -> int:
        if number % 2:
            return writes.mark_all_read(user=alice, up_to=keys[9])
        given = keys[10:] if number % 4 else keys[:9:-1]
        marked = writes.mark_read(user=alice, entries={str(key): key for key in given})
        assert [entry.id for entry in marked] == given
        assert all(entry.read for entry in marked)
        return 0

    assert sum(run_concurrently(mark)) == 10
    assert reads.unread_count(user=alice) == 0


def test_new_entries_stay_unread_while_all_are_marked(alice: Any, keys: list[int]) -> None:
    def act(number: int) -> set[int]:
        if number % 2:
            writes.mark_all_read(user=alice, up_to=keys[-1])
            return set()
        return {sent(alice).pk for _ in range(3)}

    arrived = set().union(*run_concurrently(act))
    assert len(arrived) == 3 * WRITERS / 2
    unread = SentNotification.objects.filter(user=alice, read=False)
    assert set(unread.values_list("pk", flat=True)) == arrived
