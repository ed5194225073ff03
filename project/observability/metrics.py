"""Metrics for Prometheus, at /metrics, for whoever knows the token; nothing is counted without.

Labels are routes, fields of the schema, statuses and codes: never what a client made up.
"""

import os
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from notifications import caches
from project.observability.delivery_metrics import DELIVERIES
from project.observability.routes import method_of, route_of
from schema.execution.observing import operation_done

PATH = "/metrics"

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("http_request_seconds", "Time to answer a request.", ["route"])
OPERATIONS = Counter("graphql_operations", "GraphQL operations.", ["operation", "outcome"])
OPERATION_SECONDS = Histogram(
    "graphql_operation_seconds", "Time to answer a GraphQL operation.", ["operation"]
)

REGISTRY.register(DELIVERIES)


class CacheCollector(Collector):
    """Collects the bytes of the caches of the process that answers."""

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "notification_cache_bytes", "Estimated bytes of a cache.", labels=["cache"]
        )
        for name, size in caches.sizes().items():
            gauge.add_metric([name], size)
        yield gauge


REGISTRY.register(CacheCollector())


class MetricsMiddleware:
    """Counts requests, and shows the counters."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self._get_response = get_response
        operation_done.connect(_count_operation, dispatch_uid="metrics")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == PATH:
            return _show(request)
        began = monotonic()
        response = self._get_response(request)
        route = route_of(request)
        REQUESTS.labels(method_of(request), route, str(response.status_code)).inc()
        SECONDS.labels(route).observe(monotonic() - began)
        return response


def _count_operation(*, operation: str, outcome: str, seconds: float, **_kwargs: Any) -> None:
    OPERATIONS.labels(operation, outcome).inc()
    OPERATION_SECONDS.labels(operation).observe(seconds)


def _show(request: HttpRequest) -> HttpResponse:
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """Return the counters of this process; of all, where they keep them in one directory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(CacheCollector())
    registry.register(DELIVERIES)
    return registry
