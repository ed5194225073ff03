"""Workers killed by SIGKILL at every step: nothing is lost, and one message a kill doubled."""

import os
import sqlite3
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.delivery_in_trouble.conftest import USERS, Place, until

POST = "tests.delivery_in_trouble.delivering"
KILLED = -9
SEND = ("send", "alarm", "--everybody", "--key", "once")


@pytest.mark.parametrize(
    ("step", "most"),
    [
        ("queueing:0", 0),  # the call is committed, and no worker has heard of it
        ("queueing:2", 0),  # the audience is split, and not all of its batches are known
        ("session:0", 0),  # decided, and nothing sent
        ("session:2", 0),  # in the third batch
        ("sending:0", 0),  # taken, and not sent
        ("sending:17", 0),
        ("sent:0", 1),  # sent, and not recorded
        ("sent:17", 1),
        ("sent:39", 1),  # the last
    ],
)
def test_a_worker_killed_at_a_step_loses_nothing(place: Place, step: str, most: int) -> None:
    assert place.run(*SEND, QUEUE=f"{POST}.put", KILL=step) == KILLED
    place.mend()
    assert place.doubled() == most
    assert place.run(*SEND) == 0
    assert sum(place.copies()) == USERS + most


def test_workers_killed_one_after_the_other_each_double_at_most_one(place: Place) -> None:
    assert place.run(*SEND, QUEUE=f"{POST}.forget") == 0
    kills = 0
    while place.states() != {"SENT": USERS}:
        assert kills < USERS
        time.sleep(2.1)  # until the lease of the one before has ended
        kills += place.run("deliver_due", QUEUE=f"{POST}.put", KILL="sent:8") == KILLED
    assert kills >= 3
    assert place.doubled() <= kills


def test_a_worker_killed_while_it_decides_decides_nothing(place: Place) -> None:
    """The database is locked by another, so that the decision waits while its worker is killed."""
    assert place.run(*SEND, QUEUE=f"{POST}.forget") == 0
    time.sleep(2.1)
    lock: sqlite3.Connection | psycopg.Connection[Any]
    if place.url.startswith("sqlite"):
        lock = sqlite3.connect(place.url.removeprefix("sqlite:///"), isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
    else:
        lock = psycopg.connect(place.url)
        lock.execute("LOCK TABLE notifications_sentnotification IN EXCLUSIVE MODE")
    with place.running("deliver_due") as worker:
        time.sleep(5)
        assert worker.poll() is None
    lock.rollback()
    lock.close()
    assert place.states() == {}
    place.mend()
    assert place.doubled() == 0


def test_workers_killed_at_any_time_lose_nothing(place: Place) -> None:
    assert place.run(*SEND, QUEUE=f"{POST}.forget") == 0
    kills = 6
    for _ in range(kills):
        enough = sum(place.copies()) + 4
        with place.running("deliver_due", "--every", "0.1", SLOW="0.05"):
            until(partial(_has_come_to, place, enough))
    place.mend()
    assert place.doubled() <= kills


def _has_come_to(place: Place, copies: int) -> bool:
    return sum(place.copies()) >= copies or place.states() == {"SENT": USERS}


@pytest.mark.parametrize("template", ["postgresql"], indirect=True)  # SQLite's is a file
def test_a_database_that_is_gone_again_and_again_loses_nothing(place: Place) -> None:
    assert place.run(*SEND, QUEUE=f"{POST}.forget") == 0
    name = urlsplit(place.url).path[1:]
    gone = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid()"
    )
    losses = 0
    with (
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server,
        place.running("deliver_due", "--every", "0.1", SLOW="0.05") as worker,
    ):
        until(lambda: sum(place.copies()) > 0)
        for _ in range(5):
            losses += len(server.execute(gone, [name]).fetchall())
            time.sleep(1)
        assert worker.poll() is None
        until(lambda: place.states() == {"SENT": USERS})
    assert losses >= 3
    assert place.doubled() == 0
