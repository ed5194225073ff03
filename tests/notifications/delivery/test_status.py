"""Operators read the state of sending by backend, and what became of messages."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import now

from notifications.database import clock
from notifications.delivery import metrics
from notifications.delivery.maintenance import sweep
from notifications.delivery.status import BackendStatus, status
from notifications.errors import DeliveryFailed
from notifications.models import (
    Backend,
    Notification,
    Send,
    SentNotification,
    State,
    Sweep,
    Tally,
)
from notifications.shortcuts import send_notification
from tests.conftest import make_user
from tests.notifications.conftest import make_notification
from tests.notifications.delivery.conftest import Call
from tests.notifications.delivery.fake_backends import Carrier


def of(name: str) -> BackendStatus:
    return next(backend for backend in status().backends if backend.name == name)


def counters(name: str) -> dict[str, int]:
    """Return the counters that are not 0."""
    return {counter: value for counter, value in of(name).counters.items() if value}


def fail(user: Any) -> None:
    raise ConnectionResetError


def refuse(user: Any) -> None:
    raise DeliveryFailed("no", permanent=True)


def test_messages_are_counted_by_backend(
    declined: Notification, alice: Any, bob: Any, send: Call
) -> None:
    send("card-declined", [alice, bob])
    assert counters("carrier") == counters("record") == {"sent": 2}
    assert counters("sms") == {"withheld": 2}


def test_failures_and_further_attempts_are_counted(
    declined: Notification, alice: Any, send: Call, later: Callable[[], Any], settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"ATTEMPTS": 3}
    Carrier.obstacle = fail
    send("card-declined", alice)
    assert counters("carrier") == {"failed": 1}
    later()
    assert counters("carrier") == {"failed": 2, "retried": 1}
    later()
    assert counters("carrier") == {"failed": 3, "retried": 2, "dead": 1}
    assert of("carrier").dead_letters == 1


def test_a_refusal_for_good_is_a_dead_letter(
    declined: Notification, alice: Any, send: Call
) -> None:
    Carrier.obstacle = refuse
    send("card-declined", alice)
    assert counters("carrier") == {"failed": 1, "dead": 1}


def test_a_delivery_withheld_later_is_counted(
    declined: Notification, alice: Any, send: Call, later: Callable[[], Any]
) -> None:
    Carrier.obstacle = fail
    send("card-declined", alice)
    alice.is_active = False
    alice.save()
    later()
    assert counters("carrier") == {"failed": 1, "withheld": 1}


def test_a_delivery_that_lost_all_workers_is_dead(
    declined: Notification, alice: Any, send: Call, later: Callable[[], Any]
) -> None:
    Carrier.obstacle = fail
    send("card-declined", alice)
    SentNotification.objects.filter(state=State.PENDING).update(state=State.SENDING, attempts=8)
    later()
    assert counters("carrier") == {"failed": 1, "dead": 1}


def test_a_direct_delivery_is_counted(declined: Notification, alice: Any) -> None:
    carrier = Backend.objects.get(name="carrier")
    assert carrier.send(alice, declined)
    assert counters("carrier") == {"sent": 1}


@pytest.mark.parametrize(
    ("seconds", "within", "half"),
    [(0, 1, 1), (4, 5, 5), (100, 300, 300), (3601, 6 * 3600, 6 * 3600), (90_000, None, None)],
)
def test_seconds_to_deliver_are_a_histogram(
    declined: Notification, alice: Any, seconds: int, within: int | None, half: int | None
) -> None:
    with metrics.Counts(Backend.objects.get(name="carrier")) as counts:
        counts.sent(3, called_at=now() - timedelta(seconds=seconds))
    found = of("carrier")
    assert dict(found.buckets) == {
        bound: 3 if within is not None and bound >= within else 0 for bound in metrics.BOUNDS
    }
    assert found.seconds == pytest.approx(3 * seconds, abs=3)
    assert found.quantile(0.5) == half
    assert of("sms").quantile(0.5) is None


def test_pending_work_is_in_the_queue(
    declined: Notification, alice: Any, bob: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert of("carrier").oldest is None
    with django_capture_on_commit_callbacks() as jobs:
        call = send_notification("card-declined", [alice, bob])
    Send.objects.filter(pk=call.send).update(created=now() - timedelta(seconds=90))
    found = of("carrier")
    assert (found.queued, found.batches, found.overdue) == (0, 1, 0)
    assert found.oldest == pytest.approx(90, abs=5)
    Carrier.obstacle = fail
    for job in jobs:
        job()
    found = of("carrier")
    assert (found.queued, found.batches, of("record").queued) == (2, 0, 0)
    SentNotification.objects.filter(user=bob, state=State.PENDING).update(
        due=now() - timedelta(seconds=40), created=now() - timedelta(seconds=200)
    )
    found = of("carrier")
    assert found.overdue == pytest.approx(40, abs=5)
    assert found.oldest == pytest.approx(200, abs=5)


def test_times_of_a_call_come_from_the_database(
    declined: Notification, alice: Any, send: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "postgresql":  # of SQLite, the clock of the process is the database's
        right = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: right + timedelta(hours=1))
        monkeypatch.setattr(clock, "measured", {})
    send("card-declined", alice)
    assert Backend.objects.get(name="carrier").send(alice, declined) is True
    assert send(make_notification("unsent"), alice).backends == {}
    moment = clock.now()
    for call in Send.objects.all():
        assert abs(call.created - moment) < timedelta(minutes=1)
        assert call.finished is not None
        assert abs(call.finished - moment) < timedelta(minutes=1)


def test_a_sweep_is_recorded_with_its_time(declined: Notification) -> None:
    assert (status().last_sweep, status().sweep_age) == (None, None)
    sweep()
    first = status().last_sweep
    assert first is not None
    assert abs(now() - first) < timedelta(seconds=60)
    assert 0 <= (status().sweep_age or 0) < 60
    Sweep.objects.update(at=now() - timedelta(hours=1))
    assert status().sweep_age == pytest.approx(3600, abs=60)
    sweep()
    assert Sweep.objects.count() == 1


def test_sweeps_work_without_time_zones(declined: Notification, settings: Any) -> None:
    settings.USE_TZ, settings.TIME_ZONE = False, "America/New_York"
    sweep()
    age = status().sweep_age
    assert age is not None
    assert 0 <= age < 60


def test_a_sweep_merges_the_rows_of_counters(
    declined: Notification, alice: Any, send: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "CHUNK", 12)
    for _ in range(8):
        send("card-declined", alice)
    before, rows = status().backends, Tally.objects.count()
    sweep()
    assert status().backends == before
    assert Tally.objects.count() < 12 < rows


def test_counts_are_written_during_a_long_batch(
    declined: Notification, alice: Any, bob: Any, send: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "INTERVAL", 0)
    found: list[dict[str, int]] = []
    Carrier.obstacle = lambda _user: found.append(counters("carrier"))
    send("card-declined", [alice, bob])
    assert found == [{}, {"sent": 1}]


def test_messages_do_not_depend_on_their_counts(
    declined: Notification, alice: Any, send: Call, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail_to_add(*args: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(metrics, "add", fail_to_add)
    send("card-declined", alice)
    assert SentNotification.objects.filter(state=State.SENT).count() == 2
    assert "Counts of the backend carrier cannot be written." in caplog.text


def test_the_number_of_statements_is_constant(declined: Notification, alice: Any) -> None:
    with CaptureQueriesContext(connection) as few:
        status()
    for index in range(5):
        Backend.objects.create(name=f"backend-{index}")
    with CaptureQueriesContext(connection) as many:
        status()
    assert len(few) == len(many) <= 6


def test_counting_of_rows_is_limited(
    declined: Notification, send: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.delivery.status.MOST_QUEUED", 2)
    Carrier.obstacle = fail
    send("card-declined", [make_user(f"user-{index}") for index in range(4)])
    assert of("carrier").queued == 2


def report(*words: str) -> tuple[str, str]:
    """Return what the command printed, and the error it ended with."""
    printed = StringIO()
    try:
        call_command("delivery_status", *words, stdout=printed)
    except CommandError as error:
        return printed.getvalue(), str(error)
    return printed.getvalue(), ""


def test_the_command_prints_a_table(declined: Notification, alice: Any, send: Call) -> None:
    send("card-declined", alice)
    sweep()
    printed, error = report()
    assert not error
    head, carrier, *_, last = printed.splitlines()
    assert head.split()[:4] == ["backend", "queued", "batches", "oldest"]
    assert carrier.split() == ["carrier", *"00--010000", "1", "s", "1", "s"]
    assert last.startswith("Last sweep: ")
    assert len({len(line) for line in printed.splitlines()[:-1]}) == 1


def test_the_command_prints_json(declined: Notification, alice: Any, send: Call) -> None:
    Carrier.obstacle = refuse
    send("card-declined", alice)
    sweep()
    printed, error = report("--format", "json")
    found = json.loads(printed)
    carrier = next(each for each in found["backends"] if each["name"] == "carrier")
    assert (carrier["dead"], carrier["dead_letters"], carrier["queued"]) == (1, 1, 0)
    assert carrier["overdue_seconds"] is None
    assert set(carrier["seconds_to_deliver"]) == {"sum", "within"}
    assert (found["problems"], error) == ([], "")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "The last sweep is 3600 seconds old. Allowed: 600."),
        (["--max-sweep-age", "4000"], "of the backend 'carrier' is overdue by 1000 seconds"),
        (["--max-sweep-age", "4000", "--max-overdue", "2000"], ""),
        (
            ["--max-sweep-age", "4000", "--max-overdue", "2000", "--max-dead", "0"],
            "The backend 'carrier' has 1 dead letters. Allowed: 0.",
        ),
    ],
)
def test_the_exit_status_reports_problems(
    declined: Notification, alice: Any, bob: Any, send: Call, words: list[str], problem: str
) -> None:
    Carrier.obstacle = lambda user: refuse(user) if user == bob else fail(user)
    send("card-declined", [alice, bob])
    past = now() - timedelta(seconds=1000)
    SentNotification.objects.filter(due__isnull=False).update(due=past)
    Sweep.objects.create(pk=1, at=now() - timedelta(seconds=3600))
    _, error = report(*words)
    assert problem in error
    assert bool(problem) == bool(error)


def test_a_missing_sweep_is_a_problem(declined: Notification) -> None:
    printed, error = report()
    assert "Last sweep: never" in printed
    assert error == "There was no sweep yet. Run deliver_due every few seconds."


def test_a_database_that_cannot_be_read_is_a_problem(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr("notifications.management.commands.delivery_status.status", fail)
    assert report() == ("", "The database cannot be read: gone")


@pytest.mark.parametrize("option", ["--max-sweep-age", "--max-overdue", "--max-dead"])
def test_limits_below_zero_are_refused(db: None, option: str) -> None:
    printed, error = report(option, "-1")
    assert (printed, error) == ("", f"{option} is -1. Allowed: 0 or more.")


def test_deleting_a_backend_deletes_its_counters(db: None) -> None:
    make_notification("card-declined")
    gone = Backend.objects.create(name="gone")
    metrics.add(gone, {"sent": 1})
    gone.delete()
    assert not Tally.objects.exists()


def test_the_queue_is_read_by_its_index(declined: Notification, send: Call) -> None:
    call = send("card-declined", [make_user("first")], key="many")
    row = SentNotification.objects.filter(send=call.send, state=State.SENT)[0]
    names = [f"user-{index}" for index in range(2000)]
    model: Any = get_user_model()
    model.objects.bulk_create(model(**{model.USERNAME_FIELD: name}) for name in names)
    values = {"send": row.send, "notification": declined, "backend": row.backend}
    SentNotification.objects.bulk_create(
        SentNotification(user=user, state=State.SENT, success=True, **values)
        for user in model.objects.exclude(pk=row.user_id)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as captured:
        status()
    statement = next(query["sql"] for query in captured if "limited" in query["sql"])
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {statement}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    table = SentNotification._meta.db_table
    assert plan.count("notifications_delivery_due") >= 3
    assert f"SCAN {table}" not in plan
    assert f"Seq Scan on {table}" not in plan
