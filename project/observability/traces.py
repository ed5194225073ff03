"""Traces for OpenTelemetry: a span for each request, and one for its GraphQL operation.

Attributes are routes, fields of the schema, statuses and codes, never texts of a client. Therefore
the `traceparent` of a request is ignored.
"""

from collections.abc import Callable
from functools import cache
from time import time_ns
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from project.observability.requests import method_of, route_of
from schema.extensions import OK, operation_done
from schema.http.request_ids import request_id

ERRORS = 500


def connect() -> None:
    """Trace GraphQL operations from now on."""
    operation_done.connect(_trace_operation, dispatch_uid="traces")


def in_span(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return a function that answers requests as `get_response` does, each within a span."""
    tracer = provider().get_tracer(__name__)

    def answer(request: HttpRequest) -> HttpResponseBase:
        with tracer.start_as_current_span("request", kind=SpanKind.SERVER) as span:
            response = get_response(request)
            method, route, status = method_of(request), route_of(request), response.status_code
            span.update_name(f"{method} {route}")
            span.set_attributes(
                {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": status,
                    "request.id": request_id(),
                }
            )
            if status >= ERRORS:
                span.set_status(Status(StatusCode.ERROR))
            return response

    return answer


def _trace_operation(*, operation: str, outcome: str, seconds: float, **_kwargs: Any) -> None:
    """Add a span for an operation that has ended, within the span of its request."""
    end = time_ns()
    span = (
        provider()
        .get_tracer(__name__)
        .start_span(f"GraphQL {operation}", start_time=end - int(seconds * 1e9))
    )
    span.set_attributes({"graphql.operation": operation, "graphql.outcome": outcome})
    if outcome != OK:
        span.set_status(Status(StatusCode.ERROR))
    span.end(end)


@cache
def provider() -> TracerProvider:
    """Return the provider, which sends spans in the background. It reads the variables OTEL_…."""
    spans = TracerProvider(resource=Resource.create({SERVICE_NAME: "notification-preferences"}))
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return spans
