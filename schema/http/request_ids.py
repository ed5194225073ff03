"""Request IDs: in the header of a response, in its errors, and in records of the log."""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from secrets import token_hex

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
SETTING = "NOTIFICATION_REQUEST_ID_HEADER"

_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Return the ID of the current request, an empty text outside of requests."""
    return _current.get()


def new_request_id() -> str:
    return token_hex(16)


class RequestIdMiddleware:
    """Sets the ID of each request, and the header X-Request-ID of its response. Comes first.

    The ID comes from the header that NOTIFICATION_REQUEST_ID_HEADER names. Set it only behind a
    proxy that sets this header on every request. Without the setting, IDs are random.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        trusted = getattr(settings, SETTING, None)
        given = request.headers.get(trusted, "") if trusted else ""
        well_formed = re.fullmatch(r"[A-Za-z0-9_.-]{8,64}", given)
        id_ = given if well_formed else new_request_id()
        token = _current.set(id_)
        request.request_id = id_  # type: ignore[attr-defined]
        try:
            response = self._get_response(request)
            response[HEADER] = id_
            return response
        finally:
            _current.reset(token)


class RequestIdFilter(logging.Filter):
    """Sets `request_id` of every record, for formatters."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not getattr(record, "request_id", ""):
            # Django logs a failed request after all middleware has returned.
            request = getattr(record, "request", None)
            record.request_id = getattr(request, "request_id", "") or request_id()
        return True
