"""Traces for OpenTelemetry: one span a request, and one for its GraphQL operation.

Attributes are routes, fields of the schema, statuses and codes: never what a client made up. For
that reason, no trace is continued that a request says it belongs to.
"""

from collections.abc import Callable
from functools import cache
from time import time_ns
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from project.observability.routes import method_of, route_of
from schema.execution.observing import OK, operation_done
from schema.http.request_ids import request_id

ERRORS = 500


class TracesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.TRACES:
            raise MiddlewareNotUsed
        self._get_response = get_response
        self._tracer = provider().get_tracer(__name__)
        operation_done.connect(_trace_operation, dispatch_uid="traces")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with self._tracer.start_as_current_span("request", kind=SpanKind.SERVER) as span:
            response = self._get_response(request)
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


def _trace_operation(*, operation: str, outcome: str, seconds: float, **_kwargs: Any) -> None:
    """Make a span of what is over, within that of the request."""
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
    """Return what sends spans in the background; it reads the variables OTEL_… by itself."""
    spans = TracerProvider(resource=Resource.create({SERVICE_NAME: "notification-preferences"}))
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return spans
