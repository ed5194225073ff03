"""Commands: send, deliver_due and prune_deliveries."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from notifications.backends import DeliveryFailed, InboxBackend
from notifications.delivery.maintenance import prune
from notifications.delivery.progress import progress, watch
from notifications.errors import NoAddress
from notifications.inbox.reads import read
from notifications.models import (
    Backend,
    Batch,
    Notification,
    NotificationBackend,
    Send,
    SentNotification,
    State,
)
from notifications.shortcuts import send_notification
from tests.conftest import make_user
from tests.notifications.delivery.conftest import Call
from tests.notifications.delivery.fake_backends import Carrier, carried, use


@pytest.fixture
def run(django_capture_on_commit_callbacks: Any) -> Callable[..., str]:
    """Function that runs a command, commits, and returns the output."""

    def call(*args: str) -> str:
        printed = StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            call_command(*args, stdout=printed)
        return printed.getvalue()

    return call


def test_send_names_users_as_they_sign_in(
    declined: Notification, alice: Any, bob: Any, charlie: Any, run: Callable[..., str]
) -> None:
    printed = run("send", "card-declined", "--users", "alice", "bob", "--context", '{"card": "17"}')
    assert printed.splitlines() == ["carrier: 2 users", "record: 2 users", "sms: 2 users"]
    assert carried() == sorted([alice, bob], key=lambda user: str(user.pk))
    assert {context["card"] for _, context in Carrier.carried} == {"17"}


def test_send_to_everybody_once(
    declined: Notification, alice: Any, bob: Any, run: Callable[..., str]
) -> None:
    words = ("send", "card-declined", "--everybody", "--key", "autumn")
    assert "carrier: the whole audience" in run(*words)
    assert run(*words) == "Nothing was queued for the key 'autumn'.\n"
    assert len(carried()) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fax", "--everybody"], "There is no notification named 'fax'"),
        (["card-declined"], "one of the arguments --users --everybody is required"),
        (["card-declined", "--users", "alice", "zoe"], "There is no user with the .* zoe"),
        (["card-declined", "--everybody", "--context", "{"], "--context is not valid JSON"),
        (["card-declined", "--everybody", "--context", "[]"], "not a dictionary"),
        (["card-declined", "--everybody", "--key", ""], "Allowed: None, or 1 to 200 characters"),
    ],
)
def test_send_refuses_wrong_arguments(
    declined: Notification, alice: Any, run: Callable[..., str], words: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        run("send", *words)
    assert not Send.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_send_can_be_watched(declined: Notification, alice: Any, bob: Any) -> None:
    def fail_bob(user: Any) -> None:
        if user == bob:
            raise ConnectionResetError

    Carrier.obstacle = fail_bob
    printed = StringIO()
    call_command("send", "card-declined", "--everybody", "--watch", stdout=printed)
    bar = "[" + "#" * 30 + "]"
    last = f"{bar} 100%  3 sent, 1 to be retried, 0 failed, 0 withheld"
    assert printed.getvalue().splitlines()[-1] == last


@pytest.mark.django_db(transaction=True)
def test_watching_fails_with_deliveries_that_fail(
    declined: Notification, alice: Any, bob: Any
) -> None:
    def refuse_bob(user: Any) -> None:
        if user == bob:
            raise DeliveryFailed("550", permanent=True)

    Carrier.obstacle = refuse_bob
    with pytest.raises(CommandError, match=r"Deliveries that failed permanently: 1\."):
        call_command("send", "card-declined", "--everybody", "--watch", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
def test_users_without_an_address_are_no_failure(declined: Notification, alice: Any) -> None:
    def find_none(_user: Any) -> None:
        raise NoAddress("The user has registered no address.")

    Carrier.obstacle = find_none
    printed = StringIO()
    call_command("send", "card-declined", "--everybody", "--watch", stdout=printed)
    assert "1 failed" in printed.getvalue()


def test_progress_goes_from_nothing_to_all(
    declined: Notification, alice: Any, bob: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as jobs:
        send = send_notification("card-declined", [alice, bob]).send
    parts, done = [progress(send=send).part], []
    for job in jobs:
        job()
        parts.append(progress(send=send).part)
        done.append(progress(send=send).over)
    assert parts == [0, pytest.approx(1 / 3), pytest.approx(2 / 3), 1]
    assert done == [False, False, True]
    SentNotification.objects.filter(user=alice, backend__name="carrier").update(
        state=State.SENDING, success=None, due=now()
    )
    assert progress(send=send).part == pytest.approx(5 / 6)
    assert not progress(send=send).over


def test_watching_an_empty_send_ends(declined: Notification, send: Call) -> None:
    assert [progress.part for progress in watch(send=send("card-declined", []).send)] == [1]


def test_deliver_due_queues_lost_jobs(
    declined: Notification,
    alice: Any,
    run: Callable[..., str],
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert run("deliver_due") == ""
    with django_capture_on_commit_callbacks():
        send_notification("card-declined", alice)
    Batch.objects.update(due=now())
    assert run("deliver_due") == "Queued overdue batches: 3, retries of backends: 0.\n"
    assert carried() == [alice]


def age(send: int, days: int) -> None:
    Send.objects.filter(pk=send).update(created=now() - timedelta(days=days))


def test_prune_deletes_old_settled_deliveries(
    declined: Notification, alice: Any, bob: Any, send: Call, run: Callable[..., str]
) -> None:
    old, recent = send("card-declined", [alice, bob], key="old"), send("card-declined", alice)
    age(old.send, 91)
    age(recent.send, 89)
    assert run("prune_deliveries") == "Deleted 6 deliveries.\n"
    assert [row.pk for row in Send.objects.all()] == [recent.send]
    assert SentNotification.objects.count() == Batch.objects.count() == 3
    assert run("prune_deliveries", "--days", "88") == "Deleted 3 deliveries.\n"
    assert not Batch.objects.exists()


def test_prune_keeps_pending_deliveries(
    declined: Notification, alice: Any, bob: Any, run: Callable[..., str], send: Call
) -> None:
    def fail_bob(user: Any) -> None:
        if user == bob:
            raise ConnectionResetError

    Carrier.obstacle = fail_bob
    old = send("card-declined", [alice, bob])
    age(old.send, 91)
    assert run("prune_deliveries") == "Deleted 5 deliveries.\n"
    assert SentNotification.objects.get().user == bob
    assert Send.objects.exists()


def test_prune_keeps_open_batches(
    declined: Notification,
    alice: Any,
    run: Callable[..., str],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks():
        queued = send_notification("card-declined", alice)
    age(queued.send, 1000)
    assert run("prune_deliveries") == "Deleted 0 deliveries.\n"
    assert Batch.objects.count() == 3


def test_prune_deletes_in_chunks(
    declined: Notification, send: Call, run: Callable[..., str], monkeypatch: Any
) -> None:
    monkeypatch.setattr("notifications.delivery.maintenance.CHUNK", 2)
    queued = send("card-declined", [make_user(f"user-{index}") for index in range(3)])
    age(queued.send, 91)
    assert run("prune_deliveries") == "Deleted 9 deliveries.\n"


@pytest.fixture
def inbox(declined: Notification) -> None:
    """Deliver the notification to inboxes, too."""
    cell = {"notification": declined, "backend": Backend.objects.create(name="inbox")}
    NotificationBackend.objects.create(**cell, default=True)
    use("inbox", InboxBackend)


def test_prune_keeps_unread_entries_of_inboxes(
    inbox: None, alice: Any, bob: Any, send: Call, run: Callable[..., str]
) -> None:
    old = send("card-declined", [alice, bob]).send
    entries = SentNotification.objects.filter(backend__name="inbox")
    entries.filter(user=bob).update(read=True)
    age(old, 91)
    assert run("prune_deliveries") == "Deleted 7 deliveries.\n"
    assert SentNotification.objects.get().user == alice
    [entry] = read(user=alice, first=1).items
    assert entry.title() == "card-declined"
    assert run("prune_deliveries") == "Deleted 0 deliveries.\n"
    entries.update(read=True)
    assert run("prune_deliveries") == "Deleted 1 deliveries.\n"
    assert not Send.objects.exists()


def test_prune_deletes_unread_entries_with_the_option(
    inbox: None, alice: Any, send: Call, run: Callable[..., str]
) -> None:
    age(send("card-declined", alice).send, 91)
    assert run("prune_deliveries", "--unread") == "Deleted 4 deliveries.\n"
    assert not Send.objects.exists()


def test_prune_skips_kept_entries_by_one_statement(
    inbox: None, alice: Any, send: Call, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        age(send("card-declined", alice).send, 91)
    prune(before=now() - timedelta(days=90))
    with django_assert_num_queries(1):
        prune(before=now() - timedelta(days=90))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["prune_deliveries", "--days", "-5"], "--days is -5. Allowed: 1 to 36500."),
        (["prune_deliveries", "--days", "0"], "--days is 0. Allowed: 1 to 36500."),
        (["prune_deliveries", "--days", "9999999999"], "--days is 9999999999. Allowed: 1 to"),
        (["prune_deliveries", "--days", "soon"], "invalid int value: 'soon'"),
        (["deliver_due", "--every", "-1"], "--every is -1. Allowed: more than 0 and up to 86400"),
        (["deliver_due", "--every", "0"], "--every is 0. Allowed:"),
        (["deliver_due", "--every", "nan"], "--every is nan. Allowed:"),
        (["deliver_due", "--every", "inf"], "--every is inf. Allowed:"),
    ],
)
def test_numbers_out_of_range_are_refused(
    declined: Notification,
    alice: Any,
    send: Call,
    run: Callable[..., str],
    words: Any,
    message: str,
) -> None:
    send("card-declined", alice)
    with pytest.raises(CommandError, match=message):
        run(*words)
    assert SentNotification.objects.count() == 3


def test_days_to_keep_out_of_range_are_refused(
    db: None, run: Callable[..., str], settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"KEEP_DAYS": 10**9}
    with pytest.raises(CommandError, match="Allowed: 1 to 36500"):
        run("prune_deliveries")
