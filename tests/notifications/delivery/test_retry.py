"""Failed deliveries are retried, lost jobs are queued again, and no message is sent twice."""

import re
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils.timezone import now

from notifications.backends import DeliveryFailed
from notifications.delivery import jobs, retry, worker
from notifications.delivery.maintenance import SweepResult, sweep
from notifications.models import Batch, Notification, Send, SentNotification, State
from notifications.shortcuts import EVERYBODY, send_notification
from tests.conftest import make_user
from tests.notifications.delivery.conftest import Call, recorded
from tests.notifications.delivery.fake_backends import Carrier, Ledger, carried, use

Later = Callable[[], SweepResult]


def fail(_user: Any) -> None:
    raise DeliveryFailed("451 try again later")


def fail_unforeseen(_user: Any) -> None:
    raise KeyError


def delivery(**fields: Any) -> SentNotification:
    return SentNotification.objects.get(**{"backend__name": "carrier", **fields})


def test_a_failed_delivery_is_retried_until_it_succeeds(
    declined: Notification, alice: Any, send: Call, later: Later
) -> None:
    Carrier.obstacle = fail
    send("card-declined", alice)
    row = delivery()
    assert (row.state, row.success, row.attempts) == (State.PENDING, None, 1)
    assert (row.error, row.message) == ("DeliveryFailed", "451 try again later")
    assert row.due is not None
    assert later() == SweepResult(batches=0, backends=1)
    assert delivery().attempts == 2
    Carrier.obstacle = None
    later()
    row = delivery()
    assert (row.state, row.success, row.attempts) == (State.SENT, True, 3)
    assert (row.error, row.message, row.due) == ("", "", None)
    assert later() == SweepResult(batches=0, backends=0)
    assert carried() == [alice]


class Unreadable(Exception):
    def __str__(self) -> str:
        raise self


class Textless(Exception):
    def __str__(self) -> str:
        return None  # type: ignore[return-value]  # noqa: PLE0307


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (ValueError("a\ud800b"), "ValueError", "a?b"),
        (ValueError("a\0b"), "ValueError", "ab"),
        (ValueError("x" * 10_000), "ValueError", "x" * retry.MAX_MESSAGE),
        (Unreadable(), "Unreadable", "The error has no text: its __str__ raised Unreadable."),
        (Textless(), "Textless", "The error has no text: its __str__ raised TypeError."),
        (type("Long" * 100, (Exception,), {})("m"), ("Long" * 100)[:200], "m"),
        (SystemExit(1), "DeliveryFailed", "The backend 'carrier' raised SystemExit."),
        (CancelledError(), "DeliveryFailed", "The backend 'carrier' raised CancelledError."),
        (GeneratorExit(), "DeliveryFailed", "The backend 'carrier' raised GeneratorExit."),
    ],
    ids=lambda value: repr(value)[:20] if isinstance(value, BaseException) else "",
)
def test_any_error_of_a_backend_is_recorded(
    declined: Notification, send: Call, error: BaseException, name: str, message: str
) -> None:
    users = [make_user(f"user-{index}") for index in range(3)]

    def fail_one(user: Any) -> None:
        if user == users[1]:
            raise error

    Carrier.obstacle = fail_one
    send("card-declined", users)
    assert carried() == sorted([users[0], users[2]], key=lambda user: str(user.pk))
    row = delivery(user=users[1])
    assert (row.state, row.attempts) == (State.PENDING, 1)
    assert (row.error, row.message) == (name, message)


class Leaving(Carrier):
    """Backend that raises SystemExit at the end of its session."""

    @contextmanager
    def session(self) -> Iterator[None]:
        yield
        raise SystemExit


def test_any_error_at_the_end_of_a_session_is_logged(
    declined: Notification, alice: Any, bob: Any, send: Call, caplog: Any
) -> None:
    use("carrier", Leaving)
    send("card-declined", [alice, bob])
    assert carried() == sorted([alice, bob], key=lambda user: str(user.pk))
    assert set(recorded(backend__name="carrier").values()) == {("SENT", "DEFAULT", True)}
    assert "The session of the backend 'carrier' ended with SystemExit." in caplog.text


def test_all_attempts_at_a_delivery_have_one_id(
    declined: Notification, alice: Any, send: Call, later: Later
) -> None:
    Carrier.obstacle = fail_unforeseen
    send("card-declined", alice)
    assert delivery().error == "KeyError"
    later()
    Carrier.obstacle = None
    later()
    first, second, third = (context["delivery"].id for context in Carrier.tried)
    assert first == second == third
    assert re.fullmatch(r"\d+-\d{10,}-\d{6}", first)  # key and time of the row
    send("card-declined", alice)
    assert Carrier.tried[-1]["delivery"].id != first


def test_the_last_failure_makes_a_dead_letter(
    declined: Notification, alice: Any, send: Call, later: Later, settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"ATTEMPTS": 3}
    Carrier.obstacle = fail
    send("card-declined", alice)
    later()
    assert delivery().state == State.PENDING
    later()
    row = delivery()
    assert (row.state, row.success, row.attempts, row.due) == (State.FAILED, False, 3, None)
    assert later() == SweepResult(batches=0, backends=0)


def test_a_permanent_failure_is_not_retried(
    declined: Notification, alice: Any, send: Call, later: Later
) -> None:
    def refuse(_user: Any) -> None:
        raise DeliveryFailed("550 no such mailbox", permanent=True)

    Carrier.obstacle = refuse
    send("card-declined", alice)
    assert (delivery().state, delivery().attempts) == (State.FAILED, 1)
    assert later() == SweepResult(batches=0, backends=0)


def test_a_user_who_opted_out_gets_no_retry(
    declined: Notification, alice: Any, bob: Any, send: Call, later: Later
) -> None:
    Carrier.obstacle = fail
    send("card-declined", [alice, bob])
    declined.update_user_prefs(alice, {"carrier": False})
    declined.update_user_prefs(bob, {"carrier": True})
    Carrier.obstacle = None
    later()
    assert carried() == [bob]
    assert recorded(backend__name="carrier") == {
        alice.pk: ("WITHHELD", "USER", None),
        bob.pk: ("SENT", "USER", True),
    }


@pytest.mark.parametrize("attempts", [1, 2, 5, 30])
def test_the_backoff_is_random_and_doubles(settings: Any, attempts: int) -> None:
    settings.NOTIFICATION_DELIVERY = {"BACKOFF": 10, "BACKOFF_LIMIT": 1000}
    longest = min(10 * 2 ** (attempts - 1), 1000)
    waits = [retry.backoff(attempts) for _ in range(2000)]
    assert 0 <= min(waits) < longest * 0.1
    assert longest * 0.9 < max(waits) <= longest


def test_a_lost_job_is_queued_again(
    declined: Notification, alice: Any, django_capture_on_commit_callbacks: Any, later: Later
) -> None:
    """The broker loses all jobs."""
    with django_capture_on_commit_callbacks() as callbacks:
        send_notification("card-declined", alice)
        send_notification("card-declined", EVERYBODY)
    assert len(callbacks) == 6
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep() == SweepResult(batches=0, backends=0)  # they may still be in the queue
    assert not carried()
    assert later() == SweepResult(batches=6, backends=0)
    assert carried() == [alice, alice]
    assert not Send.objects.filter(finished=None).exists()


def test_a_late_batch_is_queued_less_and_less_often(
    declined: Notification, alice: Any, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"LEASE": 100}
    with django_capture_on_commit_callbacks():
        send_notification("card-declined", alice)
    waits = []
    for _ in range(4):
        Batch.objects.update(due=now())
        with django_capture_on_commit_callbacks():
            assert sweep().batches == 3
        due = Batch.objects.values_list("due", flat=True)[0]
        assert due is not None
        waits.append(round((due - now()).total_seconds() / 100))
    assert waits == [2, 4, 8, 16]


def test_a_job_that_runs_twice_sends_once(
    declined: Notification, alice: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        send_notification("card-declined", alice)
    for callback in [*callbacks, *callbacks]:
        callback()
    assert carried() == [alice]
    jobs.deliver(2**31)  # a deleted batch


def test_an_existing_delivery_stays_as_it_is(
    declined: Notification, alice: Any, bob: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """The unique delivery protects against a second message if a batch is due again."""
    with django_capture_on_commit_callbacks(execute=True):
        queued = send_notification("card-declined", alice)
    everybody = [str(alice.pk), str(bob.pk)]
    Batch.objects.update(due=now(), keys=everybody)
    for key in Batch.objects.values_list("pk", flat=True):
        jobs.deliver(key)
    assert carried() == sorted([alice, bob], key=lambda user: str(user.pk))
    assert SentNotification.objects.filter(send=queued.send, user=alice).count() == 3


def lose(_user: Any) -> None:
    """Interrupt the worker, so that no result is recorded."""
    raise KeyboardInterrupt


def test_messages_of_a_lost_worker_are_sent_after_its_lease(
    declined: Notification, alice: Any, bob: Any, send: Call, later: Later
) -> None:
    Carrier.obstacle = lose
    with pytest.raises(KeyboardInterrupt):
        send("card-declined", EVERYBODY)
    states = SentNotification.objects.filter(backend__name="carrier").values_list(
        "state", flat=True
    )
    assert sorted(states) == [State.PENDING, State.SENDING]
    Carrier.obstacle = None
    sweep()
    assert not carried()
    later()
    assert carried() == sorted([alice, bob], key=lambda user: str(user.pk))
    assert set(recorded(backend__name="carrier").values()) == {("SENT", "DEFAULT", True)}


def test_a_message_that_loses_every_worker_is_dead(
    declined: Notification, alice: Any, send: Call, later: Later, settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"ATTEMPTS": 2}
    Carrier.obstacle = lose
    for attempt in (lambda: send("card-declined", alice), later):
        with pytest.raises(KeyboardInterrupt):
            attempt()
    later()
    row = delivery()
    assert (row.state, row.error, row.attempts) == (State.FAILED, "WorkerLost", 2)


def test_a_message_of_another_worker_is_skipped(
    declined: Notification, alice: Any, bob: Any, send: Call
) -> None:
    def take_the_rest(_user: Any) -> None:
        waiting = SentNotification.objects.filter(state=State.PENDING)
        waiting.update(due=now() + timedelta(hours=1))

    Carrier.obstacle = take_the_rest
    send("card-declined", EVERYBODY)
    assert len(carried()) == 1
    assert sorted(state for state, *_ in recorded(backend__name="carrier").values()) == [
        State.PENDING,
        State.SENT,
    ]


def test_a_late_worker_does_not_overwrite_a_result(
    declined: Notification, alice: Any, send: Call, caplog: Any
) -> None:
    def be_overtaken(_user: Any) -> None:
        row = SentNotification.objects.filter(state=State.SENDING)
        row.update(state=State.FAILED, success=False, due=None, error="Other")

    Carrier.obstacle = be_overtaken
    send("card-declined", alice)
    assert delivery().error == "Other"
    assert "may be sent twice" in caplog.text


def test_decisions_expire_with_the_lease(
    declined: Notification, alice: Any, bob: Any, send: Call, later: Later, monkeypatch: Any
) -> None:
    """The rest of a batch is decided again once the lease has ended."""
    send("card-declined", [])
    start = now()
    times = iter([start, start, start, start + timedelta(hours=1)])
    monkeypatch.setattr(worker, "now", lambda: next(times, start + timedelta(hours=1)))
    send("card-declined", EVERYBODY)
    assert len(carried()) == 1
    declined.update_user_prefs(alice, {"carrier": False})
    declined.update_user_prefs(bob, {"carrier": False})
    monkeypatch.undo()
    later()
    assert len(carried()) == 1
    assert SentNotification.objects.filter(state=State.WITHHELD, error="").count() == 1


def test_after_failures_in_a_row_the_rest_waits(
    declined: Notification, send: Call, later: Later, monkeypatch: Any
) -> None:
    monkeypatch.setattr(worker, "MAX_FAILURES", 3)
    users = [make_user(f"user-{index}") for index in range(9)]
    attempts = []

    def be_down(user: Any) -> None:
        attempts.append(user)
        raise ConnectionRefusedError

    Carrier.obstacle = be_down
    send("card-declined", EVERYBODY)
    assert len(attempts) == 3
    assert len(Carrier.opened) == 3  # opened again after each failure
    untried = SentNotification.objects.filter(backend__name="carrier", attempts=0)
    assert untried.count() == 6
    Carrier.obstacle = None
    later()
    assert carried() == sorted(users, key=lambda user: str(user.pk))


def test_due_deliveries_are_sent_in_batches(
    declined: Notification, send: Call, later: Later, settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"BATCH": 2}
    users = [make_user(f"user-{index}") for index in range(5)]
    Carrier.obstacle = fail
    send("card-declined", EVERYBODY)
    Carrier.obstacle = None
    later()
    assert carried() == sorted(users, key=lambda user: str(user.pk))


def test_a_deleted_backend_has_nothing_due(db: None) -> None:
    jobs.retry(2**31)


def test_a_transactional_backend_sends_and_records_in_one(
    declined: Notification, alice: Any, bob: Any, send: Call, later: Later
) -> None:
    use("carrier", Ledger)

    def fail_bob(user: Any) -> None:
        if user == bob:
            raise DeliveryFailed("later")

    Carrier.obstacle = fail_bob
    send("card-declined", EVERYBODY)
    written = Group.objects.filter(name__startswith="sent to")
    assert [group.name for group in written] == [f"sent to {alice}"]
    assert delivery(user=bob).attempts == 1
    Carrier.obstacle = lose
    with pytest.raises(KeyboardInterrupt):
        later()
    assert written.all().count() == 1
    assert delivery(user=bob).attempts == 1  # rolled back with the message
    Carrier.obstacle = None
    later()
    assert written.all().count() == 2
    assert set(recorded(backend__name="carrier").values()) == {("SENT", "DEFAULT", True)}
