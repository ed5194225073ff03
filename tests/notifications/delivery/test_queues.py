"""Queues of jobs, and sweeps that queue lost jobs again."""

import sys
import threading
from datetime import timedelta
from io import StringIO
from time import monotonic
from typing import Any, ClassVar

import pytest
from celery import Task
from django.core.management import CommandError, call_command
from django.utils.timezone import now
from django_tasks_db.models import DBTaskResult

from notifications.conf import delivery_settings
from notifications.delivery import queues
from notifications.delivery.enqueue import waiting_jobs
from notifications.delivery.jobs import run
from notifications.delivery.queues import celery, immediate
from notifications.models import Batch, Notification, QueuedRetry
from tests.notifications.delivery.conftest import Call
from tests.notifications.delivery.fake_backends import Carrier, carried

HERE = "tests.notifications.delivery"


@pytest.mark.parametrize("queue", ["immediate", "tasks", "notifications.delivery.jobs.run"])
def test_each_queue_runs_jobs(
    declined: Notification, alice: Any, send: Call, settings: Any, queue: str
) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": queue}
    send("card-declined", alice)
    assert carried() == [alice]


def test_without_tasks_jobs_run_immediately(
    declined: Notification, alice: Any, send: Call, settings: Any
) -> None:
    assert delivery_settings().queue == "notifications.delivery.queues.tasks.put"
    del settings.TASKS
    assert delivery_settings().queue == "notifications.delivery.queues.immediate.put"
    send("card-declined", alice)
    assert carried() == [alice]


def test_a_fresh_process_imports_the_queue(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": "immediate"}
    monkeypatch.delitem(sys.modules, immediate.__name__)
    monkeypatch.delattr(queues, "immediate")
    assert waiting_jobs() is None


@pytest.mark.django_db(transaction=True)
def test_an_unreachable_queue_is_logged_and_loses_nothing(
    declined: Notification, alice: Any, settings: Any, caplog: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": f"{HERE}.fake_backends.be_out_of_reach"}
    declined.send(alice)
    assert "ConnectionRefusedError" in caplog.text
    assert Batch.objects.filter(due__isnull=False).count() == 3


def task_rows() -> Any:
    return DBTaskResult.objects.order_by("enqueued_at")


@pytest.fixture
def in_database(settings: Any) -> None:
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "slow"]}
    }


def test_jobs_have_queues_and_the_inbox_has_priority(
    in_database: None, declined: Notification, alice: Any, send: Call, settings: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"BACKEND_QUEUES": {"carrier": "slow"}}
    send("card-declined", alice)
    names = {batch.pk: batch.backend.name for batch in Batch.objects.select_related("backend")}
    found = {
        names[row.args_kwargs["args"][1]]: (row.queue_name, row.priority) for row in task_rows()
    }
    assert found == {"carrier": ("slow", 0), "record": ("default", 10), "sms": ("default", 0)}


def test_a_waiting_job_is_not_queued_again(
    in_database: None, declined: Notification, alice: Any, send: Call, later: Any
) -> None:
    send("card-declined", alice)
    assert task_rows().count() == 3
    for _ in range(3):
        assert later().batches == 0
    assert task_rows().count() == 3
    task_rows().first().claim("a worker")
    assert later().batches == 1


def test_a_due_backend_has_one_job(
    in_database: None, declined: Notification, alice: Any, send: Call, later: Any
) -> None:
    send("card-declined", alice)
    for key in Batch.objects.filter(backend__name="carrier").values_list("pk", flat=True):
        Carrier.obstacle = be_out_of_reach_of
        run("DELIVER", key)
    assert [later().backends for _ in range(3)] == [1, 0, 0]


def be_out_of_reach_of(_user: Any) -> None:
    raise ConnectionRefusedError


class Unlisted:
    """State of a queue that cannot list its jobs, like a broker."""

    jobs: ClassVar[list[tuple[str, int]]] = []
    silent: ClassVar[bool] = False


def put(job: str, key: int) -> None:
    if Unlisted.silent:
        raise ConnectionRefusedError
    Unlisted.jobs.append((job, key))


@pytest.fixture
def unlisted(settings: Any, declined: Notification, alice: Any, send: Call) -> type[Unlisted]:
    """An empty queue, while a delivery by carrier is due again."""
    settings.NOTIFICATION_DELIVERY = {"QUEUE": f"{__name__}.put", "LEASE": 100}
    send("card-declined", alice)
    for key in Batch.objects.filter(backend__name="carrier").values_list("pk", flat=True):
        Carrier.obstacle = be_out_of_reach_of
        run("DELIVER", key)
    Unlisted.jobs, Unlisted.silent = [], False
    return Unlisted


def test_a_broker_gets_one_job_of_a_due_backend(unlisted: type[Unlisted], later: Any) -> None:
    assert [later().backends for _ in range(5)] == [1, 0, 0, 0, 0]


def test_a_retry_job_is_queued_again_less_and_less_often(
    unlisted: type[Unlisted], later: Any
) -> None:
    waits = []
    for _ in range(4):
        assert later().backends == 1
        waits.append(round((QueuedRetry.objects.get().again - now()).total_seconds() / 100))
        QueuedRetry.objects.update(again=now())
    assert waits == [1, 2, 4, 8]


def test_a_job_that_has_begun_can_be_queued_again(unlisted: type[Unlisted], later: Any) -> None:
    assert later().backends == 1
    run(*unlisted.jobs[-1])
    assert later().backends == 1


def test_a_job_that_the_broker_refused_is_queued_again(
    unlisted: type[Unlisted], later: Any
) -> None:
    unlisted.silent = True
    assert [later().backends for _ in range(2)] == [1, 1]


def test_records_of_tasks_are_pruned(
    in_database: None, declined: Notification, alice: Any, send: Call
) -> None:
    send("card-declined", [alice])
    done, lost, waiting = task_rows()
    long_ago = now() - timedelta(days=91)
    for row in (done, lost):
        row.claim("a worker")
    done.set_successful(None)
    DBTaskResult.objects.filter(pk=done.pk).update(finished_at=long_ago)
    DBTaskResult.objects.filter(pk=lost.pk).update(started_at=long_ago)
    printed = StringIO()
    call_command("prune_deliveries", stdout=printed)
    assert "Deleted 2 records of tasks." in printed.getvalue()
    assert [row.pk for row in task_rows()] == [waiting.pk]


def test_a_silent_broker_does_not_block_the_caller(
    db: None, settings: Any, monkeypatch: Any, caplog: Any
) -> None:
    released = threading.Event()
    monkeypatch.setattr(celery, "TIMEOUT", 0.2)
    monkeypatch.setattr(Task, "apply_async", lambda *_args, **_options: released.wait(30))
    monkeypatch.setattr(celery.broker, "retry_at", 0.0)
    began = monotonic()
    with pytest.raises(celery.BrokerSilent):
        celery.put("RETRY", 1)
    for _ in range(20):  # without waiting for the broker again
        with pytest.raises(ConnectionError, match="did not answer"):
            celery.put("RETRY", 1)
    assert monotonic() - began < 2
    released.set()
    monkeypatch.setattr(celery.broker, "retry_at", 0.0)
    celery.put("RETRY", 1, queue="slow", urgent=True)


@pytest.mark.parametrize(
    ("given", "words", "message"),
    [
        ({}, ["--processes", "0"], "--processes is 0. Allowed: 1 to 64."),
        ({}, ["--processes", "x"], "invalid int value"),
        ({}, ["--interval", "-1"], "--interval is -1. Allowed: 0 to 3600 seconds."),
        ({}, ["--interval", "nan"], "--interval is nan. Allowed"),
        ({"QUEUE": "immediate"}, [], "is not 'tasks', and no jobs are in the database"),
        ({}, [], "does not keep its tasks in the database"),
    ],
)
def test_a_worker_refuses_wrong_settings(
    settings: Any, given: Any, words: list[str], message: str
) -> None:
    settings.NOTIFICATION_DELIVERY = given
    with pytest.raises(CommandError, match=message):
        call_command("delivery_worker", *words)
