"""Metrics for Prometheus at /metrics, protected by METRICS_TOKEN; without it nothing is counted.

Labels are routes, fields of the schema, statuses and codes, never texts of a client.
"""

import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
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
from project.observability.requests import AnsweredRequest
from schema.extensions import operation_done

PATH = "/metrics"

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("http_request_seconds", "Time to answer a request.", ["route"])
OPERATIONS = Counter("graphql_operations", "GraphQL operations.", ["operation", "outcome"])
OPERATION_SECONDS = Histogram(
    "graphql_operation_seconds", "Time to answer a GraphQL operation.", ["operation"]
)

REGISTRY.register(DELIVERIES)


class CacheCollector(Collector):
    """Collector of the bytes of the caches, of the process that answers."""

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "notification_cache_bytes", "Estimated bytes of a cache.", labels=["cache"]
        )
        for name, size in caches.sizes().items():
            gauge.add_metric([name], size)
        yield gauge


REGISTRY.register(CacheCollector())


def connect() -> None:
    """Count GraphQL operations from now on."""
    operation_done.connect(_count_operation, dispatch_uid="metrics")


def count_request(request: AnsweredRequest) -> None:
    REQUESTS.labels(request.method, request.route, str(request.status)).inc()
    SECONDS.labels(request.route).observe(request.seconds)


def _count_operation(*, operation: str, outcome: str, seconds: float, **_kwargs: Any) -> None:
    OPERATIONS.labels(operation, outcome).inc()
    OPERATION_SECONDS.labels(operation).observe(seconds)


def show(request: HttpRequest) -> HttpResponse:
    """Return the page for Prometheus; 401 without the token."""
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """Return the counters of this process, or of all processes if they share a directory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(CacheCollector())
    registry.register(DELIVERIES)
    return registry
