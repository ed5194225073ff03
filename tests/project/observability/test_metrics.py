"""Prometheus learns how many, of what, and how it went; nobody can make it learn more."""

from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.project.test_production import production

TOKEN = "a token of the one who scrapes"
WITH_TOKEN = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def metrics(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def counters(client: Client) -> dict[tuple[str, ...], float]:
    text = client.get("/metrics", headers=WITH_TOKEN).content.decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith(("http_requests", "graphql_operations"))
        and not sample.name.endswith("_created")
    }


def counted(client: Client, before: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    """Return what was counted since."""
    after = counters(client)
    changed = {key: value - before.get(key, 0) for key, value in after.items()}
    return {key: value for key, value in changed.items() if value}


def post(client: Client, query: str | None, **more: Any) -> None:
    client.post("/graphql/", {"query": query, **more}, "application/json")


def test_requests_are_counted_by_route(client: Client, db: None, metrics: None) -> None:
    before = counters(client)
    client.get("/accounts/login/?next=/made-up/")
    client.get("/made-up/1/")
    client.get("/made-up/2/")
    client.generic("SHOUT", "/made-up/3/")
    assert counted(client, before) == {
        ("http_requests_total", "GET", "accounts/login/", "200"): 1,
        ("http_requests_total", "GET", "other", "404"): 2,
        ("http_requests_total", "other", "other", "404"): 1,
    }


@pytest.mark.parametrize(
    ("query", "more", "operation", "outcome"),
    [
        ("query MadeUp { viewer { id } }", {}, "viewer", "OK"),
        ("query MadeUp { a: viewer { id } b: viewer { id } }", {}, "viewer", "OK"),
        ("{ viewer { id } ...more } fragment more on Query { __typename }", {}, "several", "OK"),
        ("{ notifications { name } }", {}, "notifications", "UNAUTHENTICATED"),
        ("{ madeUp }", {}, "none", "BAD_USER_INPUT"),
        ("made up", {}, "none", "BAD_USER_INPUT"),
        (None, {}, "none", "BAD_USER_INPUT"),
        ("{ viewer { id } }", {"operationName": "MadeUp"}, "none", "BAD_USER_INPUT"),
        ("{ viewer { " + "...f " * 3000 + "} }", {}, "none", "LIMIT_EXCEEDED"),
        ("{ ...f } fragment f on Query { ...f }", {}, "none", "BAD_USER_INPUT"),
        (
            "mutation { clearPreferences(input: {}) { __typename } }",
            {},
            "clearPreferences",
            "OK",
        ),
    ],
)
def test_operations_are_counted_by_field_and_outcome(
    client: Client, db: None, metrics: None, query: str, more: Any, operation: str, outcome: str
) -> None:
    before = counters(client)
    post(client, query, **more)
    found = counted(client, before)
    assert {key: n for key, n in found.items() if key[0] == "graphql_operations_total"} == {
        ("graphql_operations_total", operation, outcome): 1
    }
    assert "MadeUp" not in str(found)


def test_the_unexpected_is_an_outcome(
    client: Client, alice: Any, metrics: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("notifications.preferences.available", fail)
    client.force_login(alice)
    before = counters(client)
    post(client, "{ notifications { name } }")
    assert counted(client, before)["graphql_operations_total", "notifications", "INTERNAL"] == 1


@pytest.mark.parametrize("given", ["", TOKEN, "Bearer", "Bearer ", "Bearer another", "Basic x"])
def test_metrics_are_for_who_knows_the_token(client: Client, metrics: None, given: str) -> None:
    response = client.get("/metrics", headers={"authorization": given})
    assert response.status_code == 401
    assert not response.content


def test_there_are_none_unless_configured(client: Client, db: None) -> None:
    for headers in ({}, {"authorization": "Bearer "}, WITH_TOKEN):
        assert client.get("/metrics", headers=headers).status_code == 404


PROCESSES = """
import os
from django.test import Client
headers = {"authorization": "Bearer token", "host": "example.org"}
if os.fork():
    os.wait()
    Client().get("/one/", headers=headers)
    print(Client().get("/metrics", headers=headers).content.decode())
else:
    Client().get("/one/", headers=headers)
"""


def test_all_processes_are_counted_together(tmp_path: Any) -> None:
    text = production(
        PROCESSES, tmp_path, METRICS_TOKEN="token", PROMETHEUS_MULTIPROC_DIR=str(tmp_path)
    )
    assert 'http_requests_total{method="GET",route="other",status="301"} 2.0' in text
