"""Concurrent workers, each on a connection of its own."""

from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.utils.timezone import now

from notifications.database import clock
from notifications.delivery import jobs, rate_limit
from notifications.models import Backend, Batch, Notification, Pace, SentNotification, State
from notifications.shortcuts import EVERYBODY, send_notification
from tests.conftest import make_user
from tests.notifications.delivery.conftest import recorded
from tests.notifications.delivery.fake_backends import Carrier, carried
from tests.notifications.preferences.test_concurrency import run_concurrently

USERS = 20
QUEUE = "tests.notifications.delivery.fake_backends.forget"


@pytest.fixture
def users(transactional_db: None, declined: Notification, settings: Any) -> list[Any]:
    """Users, and a queue that loses every job: tests run them."""
    settings.NOTIFICATION_DELIVERY = {"QUEUE": QUEUE, "BATCH": 8}
    return [make_user(f"user-{index}") for index in range(USERS)]


def batch_keys() -> list[int]:
    return list(Batch.objects.order_by("pk").values_list("pk", flat=True))


def deliver(keys: list[int]) -> None:
    for key in keys:
        jobs.deliver(key)


def test_workers_with_one_batch_send_once(users: list[Any]) -> None:
    send_notification("card-declined", users)
    keys = batch_keys()
    run_concurrently(lambda _: deliver(keys), writers=4)
    assert len(carried()) == USERS
    assert len(recorded(backend__name="record")) == USERS
    assert not Batch.objects.filter(due__isnull=False).exists()


def test_workers_with_one_audience_split_it_once(users: list[Any]) -> None:
    send_notification("card-declined", EVERYBODY)
    keys = batch_keys()
    run_concurrently(lambda _: deliver(keys), writers=4)
    narrow = Batch.objects.filter(backend__name="record").order_by("pk")
    assert [(batch.low == "", batch.high == "") for batch in narrow] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    deliver(batch_keys())
    assert carried() == sorted(users, key=lambda user: str(user.pk))


def test_workers_with_due_deliveries_send_once(users: list[Any]) -> None:
    send_notification("card-declined", users)
    Carrier.obstacle = fail
    deliver(batch_keys())
    Carrier.obstacle = None
    assert not carried()
    due = SentNotification.objects.filter(state=State.PENDING)
    assert due.update(due=now()) == USERS
    backend = Backend.objects.get(name="carrier")
    run_concurrently(lambda _: jobs.retry(backend.pk), writers=4)
    assert len(carried()) == USERS
    assert set(recorded(backend__name="carrier").values()) == {("SENT", "DEFAULT", True)}


def fail(_user: Any) -> None:
    raise ConnectionResetError


def test_all_workers_together_keep_the_rate(users: list[Any], settings: Any) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": QUEUE, "BATCH": 5, "RATES": {"carrier": "40/s"}}
    send_notification("card-declined", users)
    keys = batch_keys()
    begun: list[float] = []
    Carrier.obstacle = lambda _: begun.append(monotonic())
    run_concurrently(lambda number: deliver(keys[number::2]), writers=2)
    assert len(begun) == USERS
    # 20 messages have 19 intervals of 1/40 second
    assert max(begun) - min(begun) > 0.95 * 19 / 40


def test_a_long_wait_for_the_rate_is_no_attempt(users: list[Any], settings: Any) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": QUEUE, "RATES": {"carrier": "10/h"}}
    backend = Backend.objects.get(name="carrier")
    free = now() + timedelta(seconds=2 * rate_limit.MAX_WAIT)
    Pace.objects.create(backend=backend, free=free)
    send_notification("card-declined", users)
    deliver(batch_keys())
    assert not carried()
    rows = SentNotification.objects.filter(backend=backend)
    assert set(rows.values_list("state", "attempts", "due")) == {(State.PENDING, 0, free)}
    assert len(recorded(backend__name="record")) == USERS


def test_a_reservation_serves_many_messages(
    declined: Notification, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"RATES": {"carrier": "1000/s"}}
    limiter = rate_limit.RateLimiter(Backend.objects.get(name="carrier"))
    until = now() + timedelta(minutes=1)
    clock.measured.clear()
    clock.now()  # the clock is not measured again within the block
    with django_assert_max_num_queries(7):  # one of them creates the row
        for _ in range(1000):
            assert limiter.wait(until=until) is None
