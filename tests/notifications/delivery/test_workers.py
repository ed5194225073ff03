"""Workers: time limits, stop requests, interleaved messages and reported failures."""

import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, OperationalError
from django.db.models import QuerySet

from notifications.backends import DeliveryFailed, InboxBackend
from notifications.conf import delivery_settings
from notifications.database import clock
from notifications.delivery import jobs, shutdown, worker
from notifications.delivery.metrics import deliveries_done
from notifications.delivery.time_limit import TimeLimitExceeded, time_limit
from notifications.models import Backend, Batch, Notification, SentNotification, State
from notifications.shortcuts import send_notification
from tests.conftest import make_user
from tests.notifications.conftest import ON, make_notification
from tests.notifications.delivery.conftest import Call
from tests.notifications.delivery.fake_backends import Carrier, carried, use


@pytest.fixture(autouse=True)
def no_stop() -> Iterator[None]:
    yield
    shutdown.reset()


@pytest.fixture
def hasty(settings: Any) -> None:
    settings.NOTIFICATION_DELIVERY = {"LEASE": 5, "TIME_LIMIT": 1}


def test_a_hanging_message_is_a_failure(
    declined: Notification, alice: Any, bob: Any, send: Call, hasty: None
) -> None:
    def hang(user: Any) -> None:
        if user == alice:
            time.sleep(60)

    Carrier.obstacle = hang
    send("card-declined", [alice, bob])
    assert carried() == [bob]
    row = SentNotification.objects.get(backend__name="carrier", user=alice)
    assert (row.state, row.error) == (State.PENDING, "TimeLimitExceeded")
    assert row.message == "The backend 'carrier' took longer than 1 seconds."
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_the_second_hanging_message_ends_the_run(
    declined: Notification, send: Call, hasty: None, settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"LEASE": 60, "TIME_LIMIT": 1}
    users = [make_user(f"user-{index}") for index in range(4)]
    Carrier.obstacle = lambda _user: time.sleep(60)
    send("card-declined", users)
    rows = SentNotification.objects.filter(backend__name="carrier")
    assert sorted(rows.values_list("attempts", flat=True)) == [0, 0, 1, 1]


def test_a_nested_limit_is_the_outer_one(hasty: None) -> None:
    def work() -> None:
        with time_limit("outer"):
            with time_limit("inner"):
                pass
            time.sleep(60)

    with pytest.raises(TimeLimitExceeded, match="'outer'"):
        work()


def test_there_is_no_limit_in_other_threads(hasty: None) -> None:
    done: list[bool] = []

    def work() -> None:
        with time_limit("carrier"):
            time.sleep(1.3)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def test_an_alarm_of_other_code_is_kept(hasty: None) -> None:
    def mine(*_args: Any) -> None: ...

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with time_limit("carrier"):
            assert signal.getsignal(signal.SIGALRM) is mine
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("given", "limit"),
    [({}, 150), ({"LEASE": 8}, 4), ({"LEASE": 1}, 0.5), ({"LEASE": 8, "TIME_LIMIT": 7}, 7)],
)
def test_the_limit_is_below_the_lease(settings: Any, given: Any, limit: float) -> None:
    settings.NOTIFICATION_DELIVERY = given
    assert delivery_settings().time_limit == limit


def test_a_stop_request_makes_the_rest_due(declined: Notification, send: Call) -> None:
    users = [make_user(f"user-{index}") for index in range(4)]
    Carrier.obstacle = lambda _user: shutdown.request()
    send("card-declined", users)
    assert len(carried()) == 1
    rest = SentNotification.objects.filter(backend__name="carrier", state=State.PENDING)
    assert rest.filter(attempts=0, due__lte=clock.now()).count() == 3
    shutdown.reset()
    jobs.retry(Backend.objects.get(name="carrier").pk)
    assert len(carried()) == 2  # and stops again


def test_a_wait_ends_with_a_stop_request() -> None:
    shutdown.request()
    began = time.monotonic()
    shutdown.sleep(60)
    assert time.monotonic() - began < 1


def test_messages_that_lost_a_worker_come_last(declined: Notification, send: Call) -> None:
    users = [make_user(f"user-{index}") for index in range(3)]

    def die(_user: Any) -> None:
        raise KeyboardInterrupt

    Carrier.obstacle = die
    with pytest.raises(KeyboardInterrupt):
        send("card-declined", users)
    [lost] = SentNotification.objects.filter(state=State.SENDING)
    Carrier.obstacle = None
    waiting = SentNotification.objects.filter(due__isnull=False)
    waiting.update(due=clock.now() - timedelta(seconds=1))
    jobs.retry(lost.backend_id)
    assert [user for user, _ in Carrier.carried][-1] == lost.user
    assert len(carried()) == 3


@pytest.mark.parametrize("error", [OperationalError, InternalError])
def test_results_are_recorded_once_the_database_is_back(
    transactional_db: None, declined: Notification, alice: Any, monkeypatch: Any, error: Any
) -> None:
    update, failures = QuerySet.update, iter([error, error])

    def update_later(rows: Any, **changes: Any) -> int:
        if changes.get("state") == State.SENT and (failure := next(failures, None)):
            raise failure("read-only")
        return update(rows, **changes)

    monkeypatch.setattr(QuerySet, "update", update_later)
    monkeypatch.setattr(worker, "MAX_PAUSE", 0.1)
    send_notification("card-declined", alice)
    assert carried() == [alice]
    assert SentNotification.objects.get(backend__name="carrier").state == State.SENT


def test_the_inbox_is_delivered_between_two_slow_messages(
    declined: Notification,
    alice: Any,
    bob: Any,
    monkeypatch: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    make_notification("note", inbox=ON)
    use("inbox", InboxBackend)
    monkeypatch.setattr(worker, "INTERVAL", 0)
    with django_capture_on_commit_callbacks():
        send_notification("card-declined", [alice, bob])
        send_notification("note", alice)
    states: list[list[str]] = []
    entries = SentNotification.objects.filter(backend__name="inbox")
    Carrier.obstacle = lambda _user: states.append([row.state for row in entries.all()])
    jobs.deliver(Batch.objects.get(backend__name="carrier").pk)
    assert states == [["SENT"], ["SENT"]]


def test_failures_are_logged_once_a_run(declined: Notification, send: Call, caplog: Any) -> None:
    users = [make_user(f"user-{index}") for index in range(3)]

    def refuse(user: Any) -> None:
        raise DeliveryFailed("550", permanent=user != users[0])

    Carrier.obstacle = refuse
    send("card-declined", users)
    [record] = [record for record in caplog.records if record.name == worker.__name__]
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "Backend 'carrier': 2 deliveries failed permanently, 1 will be retried."
        " The last error was DeliveryFailed."
    )


def test_a_signal_is_sent_for_each_delivery(
    declined: Notification, alice: Any, bob: Any, send: Call
) -> None:
    received: list[tuple[Any, ...]] = []

    def receive(**about: Any) -> None:
        received.append(tuple(about[name] for name in ("backend", "state", "count", "error")))
        assert about["seconds"] is None or about["seconds"] >= 0

    def fail_bob(user: Any) -> None:
        if user == bob:
            raise KeyError

    Carrier.obstacle = fail_bob
    deliveries_done.connect(receive)
    try:
        send("card-declined", [alice, bob])
    finally:
        deliveries_done.disconnect(receive)
    assert sorted(received) == [
        ("carrier", "PENDING", 1, "KeyError"),
        ("carrier", "SENT", 1, ""),
        ("record", "SENT", 2, ""),
    ]
