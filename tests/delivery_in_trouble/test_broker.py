"""Celery at a real Redis, which forgets all that it was told."""

import signal
import time
from pathlib import Path

from tests.delivery_in_trouble.conftest import USERS, Place, until
from tests.redis import free_port, running

WORKER = ("celery", "--app", "project", "worker", "--concurrency", "2", "--loglevel", "ERROR")
SEND = ("send", "alarm", "--everybody", "--key", "once")


def test_celery_delivers(place: Place, tmp_path: Path) -> None:
    port = free_port()
    celery = {"QUEUE": "celery", "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    with running(port, str(tmp_path)), place.running(*WORKER, **celery):
        assert place.run(*SEND, **celery) == 0
        until(lambda: place.states() == {"SENT": USERS})
    assert place.doubled() == 0


def test_a_broker_that_forgets_loses_nothing(place: Place, tmp_path: Path) -> None:
    port = free_port()
    celery = {"QUEUE": "celery", "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    with running(port, str(tmp_path)):
        assert place.run(*SEND, **celery) == 0  # nobody takes it from there
    with (
        running(port, str(tmp_path)),
        place.running(*WORKER, SLOW="0.05", **celery),
        place.running("deliver_due", "--every", "0.3", **celery),
    ):
        until(lambda: sum(place.copies()) > 0)
        half_way = place.states()
    assert half_way != {"SENT": USERS}
    with (
        running(port, str(tmp_path)),
        place.running(*WORKER, **celery),
        place.running("deliver_due", "--every", "0.3", **celery),
    ):
        until(lambda: place.states() == {"SENT": USERS})
    assert place.doubled() <= 2  # those that the two processes of the killed worker had in hand


def test_a_broker_that_is_down_is_no_error_for_whoever_sends(place: Place) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0?socket_connect_timeout=1"
    assert place.run(*SEND, QUEUE="celery", CELERY_BROKER_URL=nowhere) == 0
    place.mend()
    assert place.doubled() == 0


def test_celery_stops_after_the_message_in_hand(place: Place, tmp_path: Path) -> None:
    port = free_port()
    celery = {
        "QUEUE": "celery",
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "SLOW": "1",
        "LEASE": "300",
    }
    with running(port, str(tmp_path)), place.running(*WORKER, **celery) as worker:
        assert place.run(*SEND, **celery) == 0
        until(lambda: sum(place.copies()) > 0)
        worker.send_signal(signal.SIGTERM)
        began = time.monotonic()
        worker.wait(60)
        assert time.monotonic() - began < 10
    due = place.rows(
        "SELECT COUNT(*) FROM notifications_sentnotification"
        " WHERE state = 'PENDING' AND attempts = 0 AND due <= updated"
    )
    assert due == [(place.states()["PENDING"],)]
    assert "SENDING" not in place.states()


def test_celery_limits_a_message_in_time(place: Place, tmp_path: Path) -> None:
    port = free_port()
    celery = {"QUEUE": "celery", "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    with (
        running(port, str(tmp_path)),
        place.running(*WORKER, HANG="sleeping", **celery),
        place.running("deliver_due", "--every", "0.3", **celery),
    ):
        assert place.run(*SEND, **celery) == 0
        until(lambda: place.states().get("SENT") == USERS - 1)
        error = "SELECT error FROM notifications_sentnotification WHERE state <> 'SENT'"
        until(lambda: place.rows(error) == [("TimeLimitExceeded",)])
