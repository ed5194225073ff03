"""Middleware that times each request once, for the log, the metrics and the traces."""

from collections.abc import Callable
from time import monotonic

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from project.observability import logs, metrics
from project.observability.requests import AnsweredRequest, method_of, route_of


class ObservabilityMiddleware:
    """Observe requests for those of log, metrics and traces that the settings turn on.

    `JSON_LOGS` turns on the log, `METRICS_TOKEN` the metrics and `TRACES` the traces.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._observers: list[Callable[[AnsweredRequest], None]] = []
        if settings.JSON_LOGS:
            self._observers.append(logs.write_line)
        if settings.METRICS_TOKEN:
            metrics.connect()
            self._observers.append(metrics.count_request)
        self._answer = get_response
        if settings.TRACES:
            from project.observability import traces  # noqa: PLC0415 - OpenTelemetry starts slowly

            traces.connect()
            self._answer = traces.in_span(get_response)
        if not self._observers and not settings.TRACES:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == metrics.PATH and settings.METRICS_TOKEN:
            return metrics.show(request)
        began = monotonic()
        response = self._answer(request)
        answered = AnsweredRequest(
            method_of(request), route_of(request), response.status_code, monotonic() - began
        )
        for observe in self._observers:
            observe(answered)
        return response
