"""Celery with a real Redis that forgets its jobs."""

import signal
from pathlib import Path

from tests.delivery_in_trouble.conftest import USERS, Sandbox, until
from tests.redis import free_port, running

WORKER = ("celery", "--app", "project", "worker", "--concurrency", "2", "--loglevel", "ERROR")
SEND = ("send", "alarm", "--everybody", "--key", "once")


def test_celery_delivers(sandbox: Sandbox, tmp_path: Path) -> None:
    port = free_port()
    celery = {"QUEUE": "celery", "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    with running(port, str(tmp_path)), sandbox.running(*WORKER, **celery):
        assert sandbox.run(*SEND, **celery) == 0
        until(lambda: sandbox.states() == {"SENT": USERS})
    assert sandbox.doubled() == 0


def test_a_broker_that_forgets_jobs_loses_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    port = free_port()
    celery = {"QUEUE": "celery", "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    with running(port, str(tmp_path)):
        assert sandbox.run(*SEND, **celery) == 0  # no worker runs
    with (
        running(port, str(tmp_path)),
        sandbox.running(*WORKER, SLOW="0.05", **celery),
        sandbox.running("deliver_due", "--every", "0.3", **celery),
    ):
        until(lambda: sum(sandbox.copies()) > 0)
        half_way = sandbox.states()
    assert half_way != {"SENT": USERS}
    with (
        running(port, str(tmp_path)),
        sandbox.running(*WORKER, **celery),
        sandbox.running("deliver_due", "--every", "0.3", **celery),
    ):
        until(lambda: sandbox.states() == {"SENT": USERS})
    assert sandbox.doubled() <= 2  # the current messages of the killed worker's two processes


def test_a_broker_that_is_down_is_no_error_for_callers(sandbox: Sandbox) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0?socket_connect_timeout=1"
    assert sandbox.run(*SEND, QUEUE="celery", CELERY_BROKER_URL=nowhere) == 0
    sandbox.finish()
    assert sandbox.doubled() == 0


def test_celery_stops_after_the_current_message(sandbox: Sandbox, tmp_path: Path) -> None:
    port = free_port()
    celery = {
        "QUEUE": "celery",
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "SLOW": "1",
        "LEASE": "300",
    }
    overdue = {**celery, "LEASE": "1"}
    with running(port, str(tmp_path)), sandbox.running(*WORKER, **celery) as worker:
        assert sandbox.run(*SEND, **overdue) == 0
        # On a loaded machine, the broker may answer too late to the caller: sweeps try again.
        with sandbox.running("deliver_due", "--every", "1", **overdue):
            until(lambda: sum(sandbox.copies()) > 0)
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    due = sandbox.rows(  # the rest of the batch, as the worker did not wait for its end
        "SELECT COUNT(*) FROM notifications_sentnotification"
        " WHERE state = 'PENDING' AND attempts = 0 AND due <= updated"
    )
    assert due == [(sandbox.states()["PENDING"],)]
    assert "SENDING" not in sandbox.states()


def test_celery_enforces_the_time_limit(sandbox: Sandbox, tmp_path: Path) -> None:
    port = free_port()
    celery = {"QUEUE": "celery", "CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    with (
        running(port, str(tmp_path)),
        sandbox.running(*WORKER, HANG="sleeping", **celery),
        sandbox.running("deliver_due", "--every", "0.3", **celery),
    ):
        assert sandbox.run(*SEND, **celery) == 0
        until(lambda: sandbox.states().get("SENT") == USERS - 1)
        error = "SELECT error FROM notifications_sentnotification WHERE state <> 'SENT'"
        until(lambda: sandbox.rows(error) == [("TimeLimitExceeded",)])
