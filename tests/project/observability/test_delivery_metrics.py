"""Prometheus reads the state of delivery from the database, without a port of the workers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from notifications.backends import BaseBackend
from notifications.delivery.maintenance import sweep
from notifications.models import Notification
from notifications.shortcuts import send_notification
from project.observability.delivery_metrics import DELIVERIES
from tests.notifications.conftest import ON, make_notification
from tests.notifications.delivery.fake_backends import Record, use
from tests.project.observability.test_metrics import WITH_TOKEN
from tests.project.observability.test_metrics import metrics as metrics  # noqa: PLC0414 - a fixture
from tests.project.test_production import production

Samples = dict[tuple[str, ...], float]


class Broken(BaseBackend):
    name = "broken"

    def send(self, user: Any, context: Any = None) -> None:
        raise ConnectionResetError


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    DELIVERIES.clear()
    yield
    DELIVERIES.clear()


@pytest.fixture
def declined(db: None) -> Notification:
    notification = make_notification("card-declined", record=ON, broken=ON)
    use("record", Record)
    use("broken", Broken)
    return notification


def scrape(client: Client) -> Samples:
    response = client.get("/metrics", headers=WITH_TOKEN)
    assert response.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
        if sample.name.startswith("notifications_delivery")
    }


def test_metrics_of_sending_are_by_backend(
    client: Client,
    metrics: None,
    declined: Notification,
    alice: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send_notification("card-declined", alice, {"secret": "of alice"})
    sweep()
    found = scrape(client)
    assert found["notifications_delivery_up",] == 1
    assert found["notifications_delivery_sent_total", "record"] == 1
    assert found["notifications_delivery_failed_total", "broken"] == 1
    assert found["notifications_delivery_queued", "broken"] == 1
    assert found["notifications_delivery_oldest_seconds", "record"] == 0
    assert found["notifications_delivery_seconds_bucket", "record", "+Inf"] == 1
    assert found["notifications_delivery_seconds_count", "record"] == 1
    assert 0 <= found["notifications_delivery_sweep_age_seconds",] < 60
    assert "alice" not in str(found)


def test_without_a_sweep_it_has_no_age(client: Client, metrics: None, db: None) -> None:
    assert ("notifications_delivery_sweep_age_seconds",) not in scrape(client)


def test_values_are_kept_for_a_few_seconds(
    client: Client, metrics: None, declined: Notification, django_assert_num_queries: Any
) -> None:
    before = scrape(client)
    with django_assert_num_queries(0):
        assert scrape(client) == before


def test_other_metrics_need_no_database(
    client: Client, metrics: None, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise DatabaseError

    monkeypatch.setattr("project.observability.delivery_metrics.status", fail)
    assert scrape(client) == {("notifications_delivery_up",): 0}


PROCESSES = """
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
headers = {"authorization": "Bearer token", "host": "example.org"}
print(Client().get("/metrics", headers=headers).content.decode())
"""


def test_several_processes_report_them_once(tmp_path: Any) -> None:
    text = production(
        PROCESSES,
        tmp_path,
        METRICS_TOKEN="token",
        PROMETHEUS_MULTIPROC_DIR=str(tmp_path),
        DATABASE_URL="sqlite://:memory:",
    )
    assert text.count("\nnotifications_delivery_up 1.0") == 1
