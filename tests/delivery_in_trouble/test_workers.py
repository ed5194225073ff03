"""`manage.py delivery_worker` with failures of the database, backends and brokers."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.delivery_in_trouble.conftest import USERS, Sandbox, until
from tests.delivery_in_trouble.test_mail_server import answering
from tests.redis import free_port

WORKER = ("delivery_worker", "--interval", "0.2")
SWEEPER = ("deliver_due", "--every", "0.2")
SEND = ("send", "alarm", "--everybody", "--key", "once")
TASKS = {"QUEUE": "tasks"}
ONLY_POSTGRESQL = pytest.mark.parametrize("template", ["postgresql"], indirect=True)
STATES = "SELECT state, COUNT(*) FROM notifications_sentnotification GROUP BY state"


@contextmanager
def server() -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection


def disconnect(connection: psycopg.Connection, name: str) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid()",
        [name],
    )


@ONLY_POSTGRESQL
@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true"),
        ("SET default_transaction_read_only = on", "RESET default_transaction_read_only"),
    ],
    ids=["gone", "read-only"],
)
def test_workers_continue_once_the_database_is_back(sandbox: Sandbox, begin: str, end: str) -> None:
    name = urlsplit(sandbox.url).path[1:]
    assert sandbox.run(*SEND, **TASKS) == 0
    with (
        server() as connection,
        sandbox.running(*WORKER, **TASKS, SLOW="0.1") as worker,
        sandbox.running(*SWEEPER, **TASKS) as sweeper,
    ):
        until(lambda: sum(sandbox.copies()) > 3)
        connection.execute(f"ALTER DATABASE {name} {begin}".encode())
        disconnect(connection, name)
        time.sleep(4)
        connection.execute(f"ALTER DATABASE {name} {end}".encode())
        disconnect(connection, name)
        until(lambda: sandbox.states() == {"SENT": USERS})
        assert (worker.poll(), sweeper.poll()) == (None, None)
    assert sandbox.doubled() == 0


@pytest.mark.parametrize("how", ["sleeping", "working", "swallowing"])
def test_a_hanging_backend_delays_one_message(sandbox: Sandbox, how: str) -> None:
    assert sandbox.run(*SEND, **TASKS) == 0
    with sandbox.running(*WORKER, **TASKS, HANG=how) as worker, sandbox.running(*SWEEPER, **TASKS):
        until(lambda: sandbox.states().get("SENT") == USERS - 1)
        assert worker.poll() is None
    error = "SELECT error FROM notifications_sentnotification WHERE state <> 'SENT'"
    assert sandbox.rows(error) == [("" if how == "swallowing" else "TimeLimitExceeded",)]
    sandbox.finish()
    assert sandbox.doubled() == 0


def test_a_worker_stops_after_the_current_message(sandbox: Sandbox) -> None:
    slow = {**TASKS, "SLOW": "1", "LEASE": "300"}
    assert sandbox.run(*SEND, **slow) == 0
    with sandbox.running(*WORKER, **slow) as worker:
        until(lambda: sum(sandbox.copies()) > 0)
        worker.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert worker.wait(30) == 0
        assert time.monotonic() - began < 4
    states = sandbox.states()
    assert set(states) == {"SENT", "PENDING"}
    assert 1 <= states["SENT"] <= 3
    with sandbox.running(*WORKER, **TASKS), sandbox.running(*SWEEPER, **TASKS):
        until(lambda: sandbox.states() == {"SENT": USERS})  # without waiting for the lease
    assert sandbox.doubled() == 0


@pytest.mark.parametrize("how", ["sleeping", "swallowing"])
def test_a_worker_with_a_hanging_backend_stops(sandbox: Sandbox, how: str) -> None:
    stuck = {**TASKS, "HANG": how, "LEASE": "300"}
    assert sandbox.run(*SEND, **stuck) == 0
    with sandbox.running(*WORKER, **stuck) as worker:
        until(lambda: sandbox.states().get("SENDING") == 1 and sum(sandbox.copies()) == 0)
        time.sleep(1)
        worker.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert worker.wait(60) == 0
        assert time.monotonic() - began < 15


@ONLY_POSTGRESQL
def test_a_clock_that_is_ahead_delays_nothing(sandbox: Sandbox) -> None:
    """Rates, leases and times of retries come from the database."""
    rates = {"DELIVERY_RATES": "post=100/s"}
    assert (
        sandbox.run(*SEND, QUEUE="tests.delivery_in_trouble.delivering.forget", HOURS_AHEAD="1")
        == 0
    )
    time.sleep(2.1)
    with sandbox.running(*SWEEPER, HOURS_AHEAD="1", **rates):
        until(lambda: sum(sandbox.copies()) > 0)
    with sandbox.running(*SWEEPER, **rates):
        began = time.monotonic()
        until(lambda: sandbox.states() == {"SENT": USERS})
        assert time.monotonic() - began < 30


def test_the_inbox_does_not_wait_for_slow_mail(sandbox: Sandbox) -> None:
    def answer(_address: str, _attempt: int) -> str:
        time.sleep(0.3)
        return "250 taken"

    port = free_port()
    mail = {**TASKS, "EMAIL_URL": f"smtp://127.0.0.1:{port}", "LEASE": "300"}
    with answering(port, answer):
        assert sandbox.run("send", "news", "--everybody", **mail) == 0
        with sandbox.running(*WORKER, "--processes", "2", **mail):
            until(lambda: sandbox.states().get("SENT", 0) > 2)
            assert sandbox.run("send", "note", "--users", "user-7", **mail) == 0
            entries = (
                "SELECT COUNT(*) FROM notifications_sentnotification AS sent"
                " JOIN notifications_backend AS backend ON backend_id = backend.id"
                " WHERE backend.name = 'inbox' AND state = 'SENT'"
            )
            began = time.monotonic()
            until(lambda: sandbox.rows(entries) == [(1,)])
            assert time.monotonic() - began < 4
            assert sandbox.states().get("PENDING", 0) > 0


def test_without_workers_each_job_waits_once(sandbox: Sandbox) -> None:
    assert sandbox.run("send", "news", "--everybody", EMAIL_URL="smtp://127.0.0.1:9") == 0
    assert sandbox.run(*SEND, **TASKS) == 0
    with sandbox.running(*SWEEPER, **TASKS):
        time.sleep(8)
    jobs = "SELECT args_kwargs FROM django_tasks_database_dbtaskresult WHERE status = 'READY'"
    waiting = [str(job) for (job,) in sandbox.rows(jobs)]
    assert len(waiting) == len(set(waiting)) == 2  # a batch, and deliveries of a backend


def test_a_silent_broker_does_not_block_the_caller(sandbox: Sandbox, tmp_path: Path) -> None:
    port = free_port()
    celery = {"QUEUE": "celery", "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    with socket.create_server(("127.0.0.1", port), backlog=128):
        began = time.monotonic()
        assert sandbox.run(*SEND, **celery) == 0
        assert time.monotonic() - began < 15
    sandbox.finish()
    assert sandbox.doubled() == 0
