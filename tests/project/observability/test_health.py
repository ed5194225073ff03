"""Probes learn whether the process lives and can work, and nothing else."""

import json
from datetime import timedelta
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.delivery.maintenance import sweep
from notifications.models import Sweep
from tests.project.test_production import production

LIVE, READY = "/health/live", "/health/ready"
GOOD: dict[str, Any] = {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}}


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def execute(*_args: Any) -> None:
        raise OperationalError("connection refused for user 'me' with password 'hunter2'")

    monkeypatch.setattr(CursorWrapper, "execute", execute)


def test_a_process_that_answers_lives(client: Client) -> None:
    response = client.get(LIVE)
    assert (response.status_code, response.json()) == (200, {"status": "ok", "checks": {}})


def test_a_process_with_its_database_is_ready(client: Client, db: None) -> None:
    response = client.get(READY)
    assert (response.status_code, response.json()) == (200, GOOD)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_without_its_database_a_process_lives_and_is_not_ready(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        break_database(patch)
        assert client.get(LIVE).status_code == 200
        response = client.get(READY)
    assert response.status_code == 503
    assert response.json() == {"status": "failed", "checks": {"database": "failed"}}
    assert client.get(READY).json() == GOOD


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_be_written_is_not_ready(client: Client) -> None:
    if connection.vendor != "postgresql":
        assert client.get(READY).json() == GOOD
        return
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        response = client.get(READY)
        cursor.execute("SET default_transaction_read_only = off")
    assert response.status_code == 503
    assert response.json() == {"status": "failed", "checks": {"database": "read-only"}}
    assert client.get(READY).json() == GOOD


def test_with_migrations_to_apply_a_process_is_not_ready(client: Client, db: None) -> None:
    row = MigrationRecorder.Migration.objects.filter(app="notifications").latest("pk")
    row.delete()
    response = client.get(READY)
    assert response.status_code == 503
    assert response.json() == {"status": "failed", "checks": {"migrations": "failed"}}
    row.save(force_insert=True)
    assert client.get(READY).json() == GOOD


def test_applied_migrations_are_not_looked_for_again(client: Client, db: None) -> None:
    client.get(READY)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(READY).json() == GOOD
    assert len(captured) == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_only_these_paths_are_probes(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)(READY).status_code == 200
    for path in ("/health/", "/health/live/x", "/health/readyx"):
        assert getattr(client, method)(path).status_code == 404


@pytest.mark.parametrize(
    ("age", "status"), [(None, 503), (0, 200), (50, 200), (70, 503), (100_000, 503)]
)
def test_a_process_can_wait_for_sweeps(
    client: Client, db: None, settings: Any, age: int | None, status: int
) -> None:
    settings.READY_MAX_SWEEP_AGE = 60
    if age is not None:
        sweep()
        Sweep.objects.update(at=F("at") - timedelta(seconds=age))
    response = client.get(READY)
    assert response.status_code == status
    found = response.json()["checks"]
    assert found == ({**GOOD["checks"], "sweep": "ok"} if status == 200 else {"sweep": "failed"})


def test_the_log_names_the_age_of_the_last_sweep(
    client: Client, db: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.READY_MAX_SWEEP_AGE = 60
    client.get(READY)
    assert "There was no sweep yet." in caplog.text
    sweep()
    Sweep.objects.update(at=F("at") - timedelta(seconds=70))
    client.get(READY)
    assert "The last sweep was 70" in caplog.text


def test_sweeps_are_not_required_by_default(client: Client, db: None) -> None:
    assert client.get(READY).json() == GOOD


def test_an_age_of_sweeps_below_zero_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalledProcessError) as failed:
        production("", tmp_path, READY_MAX_SWEEP_AGE="-1")
    assert "READY_MAX_SWEEP_AGE is -1. Allowed: 0 or more seconds." in failed.value.stderr


PROBE = """
from django.db.models import F
from django.test import Client
for path in ("/health/live", "/health/ready"):
    response = Client().get(path, headers={"host": "10.0.0.7:8000"})
    print(response.status_code, response.content.decode())
"""


@pytest.mark.parametrize(
    ("database", "failed"),
    [
        ("sqlite://:memory:", "migrations"),
        ("postgres://somebody:hunter2@127.0.0.1:1/nowhere", "database"),
    ],
)
def test_in_production_probes_need_no_host_and_no_https(
    tmp_path: Path, database: str, failed: str
) -> None:
    live, ready = production(PROBE, tmp_path, DATABASE_URL=database).splitlines()
    assert live.startswith("200 ")
    status, _, body = ready.partition(" ")
    assert status == "503"
    assert json.loads(body) == {"status": "failed", "checks": {failed: "failed"}}
