"""Workers killed by SIGKILL at every step: no message is lost, and at most one sent twice."""

import os
import sqlite3
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.delivery_in_trouble.conftest import USERS, Sandbox, until

POST = "tests.delivery_in_trouble.delivering"
KILLED = -9
SEND = ("send", "alarm", "--everybody", "--key", "once")


@pytest.mark.parametrize(
    ("step", "most"),
    [
        ("queueing:0", 0),  # the call is committed, and no job is queued
        ("queueing:2", 0),  # the audience is split, and not all jobs are queued
        ("session:0", 0),  # decided, and nothing sent
        ("session:2", 0),  # in the third batch
        ("sending:0", 0),  # claimed, and not sent
        ("sending:17", 0),
        ("sent:0", 1),  # sent, and not recorded
        ("sent:17", 1),
        ("sent:39", 1),  # the last
    ],
)
def test_a_worker_killed_at_a_step_loses_nothing(sandbox: Sandbox, step: str, most: int) -> None:
    assert sandbox.run(*SEND, QUEUE=f"{POST}.put", KILL=step) == KILLED
    sandbox.finish()
    assert sandbox.doubled() == most
    assert sandbox.run(*SEND) == 0
    assert sum(sandbox.copies()) == USERS + most


def test_each_killed_worker_doubles_at_most_one(sandbox: Sandbox) -> None:
    assert sandbox.run(*SEND, QUEUE=f"{POST}.forget") == 0
    kills = 0
    while sandbox.states() != {"SENT": USERS}:
        assert kills < USERS
        time.sleep(2.1)  # until the lease of the one before has ended
        kills += sandbox.run("deliver_due", QUEUE=f"{POST}.put", KILL="sent:8") == KILLED
    assert kills >= 3
    assert sandbox.doubled() <= kills


def test_a_worker_killed_while_it_decides_decides_nothing(sandbox: Sandbox) -> None:
    """A lock of the database keeps the worker deciding until it is killed."""
    assert sandbox.run(*SEND, QUEUE=f"{POST}.forget") == 0
    time.sleep(2.1)
    lock: sqlite3.Connection | psycopg.Connection[Any]
    if sandbox.url.startswith("sqlite"):
        lock = sqlite3.connect(sandbox.url.removeprefix("sqlite:///"), isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
    else:
        lock = psycopg.connect(sandbox.url)
        lock.execute("LOCK TABLE notifications_sentnotification IN EXCLUSIVE MODE")
    with sandbox.running("deliver_due") as worker:
        time.sleep(5)
        assert worker.poll() is None
    lock.rollback()
    lock.close()
    assert sandbox.states() == {}
    sandbox.finish()
    assert sandbox.doubled() == 0


def test_workers_killed_at_any_time_lose_nothing(sandbox: Sandbox) -> None:
    assert sandbox.run(*SEND, QUEUE=f"{POST}.forget") == 0
    kills = 6
    for _ in range(kills):
        enough = sum(sandbox.copies()) + 4
        with sandbox.running("deliver_due", "--every", "0.1", SLOW="0.05"):
            until(partial(_has_delivered, sandbox, enough))
    sandbox.finish()
    assert sandbox.doubled() <= kills


def _has_delivered(sandbox: Sandbox, copies: int) -> bool:
    return sum(sandbox.copies()) >= copies or sandbox.states() == {"SENT": USERS}


@pytest.mark.parametrize("template", ["postgresql"], indirect=True)  # SQLite's is a file
def test_lost_database_connections_lose_nothing(sandbox: Sandbox) -> None:
    assert sandbox.run(*SEND, QUEUE=f"{POST}.forget") == 0
    name = urlsplit(sandbox.url).path[1:]
    disconnect = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid()"
    )
    losses = 0
    with (
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server,
        sandbox.running("deliver_due", "--every", "0.1", SLOW="0.05") as worker,
    ):
        until(lambda: sum(sandbox.copies()) > 0)
        for _ in range(5):
            losses += len(server.execute(disconnect, [name]).fetchall())
            time.sleep(1)
        assert worker.poll() is None
        until(lambda: sandbox.states() == {"SENT": USERS})
    assert losses >= 3
    assert sandbox.doubled() == 0
