"""Traces name routes and fields of the schema, never texts of a client."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from project.observability import traces
from schema.extensions import operation_done


@pytest.fixture
def spans(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    settings.TRACES = True
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces, "provider", lambda: provider)
    yield exporter
    operation_done.disconnect(dispatch_uid="traces")


def test_an_operation_is_a_span_within_that_of_its_request(
    client: Client, db: None, spans: InMemorySpanExporter
) -> None:
    query = {"query": "query MadeUp { madeUp: notifications { name } }"}
    headers = {"traceparent": "00-11111111111111111111111111111111-2222222222222222-01"}
    response = client.post("/graphql/?made=up", query, "application/json", headers=headers)
    operation, request = spans.get_finished_spans()
    assert (operation.name, request.name) == ("GraphQL notifications", "POST graphql/")
    assert operation.parent is not None
    assert request.context is not None
    assert operation.parent.span_id == request.context.span_id
    assert request.parent is None
    assert dict(operation.attributes or {}) == {
        "graphql.operation": "notifications",
        "graphql.outcome": "UNAUTHENTICATED",
    }
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "graphql/",
        "http.response.status_code": 200,
        "request.id": response["X-Request-ID"],
    }
    assert not operation.status.is_ok
    assert request.status.is_unset


def test_a_failure_has_the_status_error(
    client: Client, spans: InMemorySpanExporter, monkeypatch: Any
) -> None:
    monkeypatch.setattr("project.views.GraphQLView.dispatch", lambda *_args: 1 / 0)
    client.raise_request_exception = False
    client.post("/graphql/", {}, "application/json")
    [request] = spans.get_finished_spans()
    assert (request.attributes or {})["http.response.status_code"] == 500
    assert not request.status.is_ok


def test_nothing_is_traced_without_the_setting(client: Client, db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(traces, "provider", lambda: 1 / 0)
    assert client.get("/accounts/login/").status_code == 200
