"""Metrics of delivery for Prometheus, read from the database when they are scraped.

Workers share the counters in tables and need no port. The only label is the name of a backend.
"""

import logging
from collections.abc import Iterable, Iterator
from threading import Lock
from time import monotonic

from django.db import Error
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from notifications.delivery.status import BackendStatus, Status, status

logger = logging.getLogger(__name__)

KEPT = 5.0
"""Seconds for which a process keeps the values."""

GAUGES = {
    "queued": "Deliveries to be sent or being sent.",
    "batches": "Batches of users without a decision.",
    "oldest_seconds": "Seconds since the call that sent the oldest queued work; 0 without any.",
    "overdue_seconds": "Seconds since the first queued work was due; 0 if none is.",
    "dead_letters": "Dead letters that are recorded.",
}
COUNTERS = {
    "sent": "Messages that backends accepted.",
    "failed": "Attempts that failed.",
    "retried": "Attempts after the first.",
    "withheld": "Deliveries that preferences or permissions forbade.",
    "dead": "Deliveries that failed permanently.",
}
PREFIX = "notifications_delivery"


class DeliveryCollector(Collector):
    """Collector of the state of delivery, which is read at most once in `KEPT` seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0
        self._status: Status | None = None

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics. Without a database, only `notifications_delivery_up` is present."""
        found = self._current()
        up = f"{PREFIX}_up"
        yield GaugeMetricFamily(up, "1 if the database could be read.", value=found is not None)
        if found is not None:
            yield from _metrics(found)

    def _current(self) -> Status | None:
        with self._lock:
            if monotonic() >= self._until:
                try:
                    self._status = status()
                except Error:
                    logger.warning("The state of delivery cannot be read.", exc_info=True)
                    self._status = None
                self._until = monotonic() + KEPT
            return self._status

    def clear(self) -> None:
        """Read again at the next scrape."""
        self._until = 0.0


def _metrics(found: Status) -> Iterator[Metric]:
    for name, text in GAUGES.items():
        gauge = GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=["backend"])
        for backend in found.backends:
            gauge.add_metric([backend.name], _gauge(backend, name))
        yield gauge
    for name, text in COUNTERS.items():
        counter = CounterMetricFamily(f"{PREFIX}_{name}", text, labels=["backend"])
        for backend in found.backends:
            counter.add_metric([backend.name], backend.counters[name])
        yield counter
    yield _histogram(found)
    if found.last_sweep is not None and found.sweep_age is not None:
        text = "Seconds since the last sweep."
        yield GaugeMetricFamily(f"{PREFIX}_sweep_age_seconds", text, value=found.sweep_age)


def _gauge(backend: BackendStatus, name: str) -> float:
    seconds = {"oldest_seconds": backend.oldest, "overdue_seconds": backend.overdue}
    return (seconds[name] or 0.0) if name in seconds else getattr(backend, name)


def _histogram(found: Status) -> Metric:
    histogram = HistogramMetricFamily(
        f"{PREFIX}_seconds", "Seconds from the call to the delivery.", labels=["backend"]
    )
    for backend in found.backends:
        buckets = [(str(float(bound)), float(count)) for bound, count in backend.buckets]
        buckets.append(("+Inf", float(backend.counters["sent"])))
        histogram.add_metric([backend.name], buckets, backend.seconds)
    return histogram


DELIVERIES = DeliveryCollector()
