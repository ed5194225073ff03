"""One id for each request: in its answer, in its errors, in its lines of the log."""

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
    """Return the id of the request that is being answered; empty where there is none."""
    return _current.get()


def new_request_id() -> str:
    return token_hex(16)


class RequestIdMiddleware:
    """Gives the request an id, and sends it back; goes first.

    The id comes from the header that NOTIFICATION_REQUEST_ID_HEADER names, where a proxy sets it
    that can be trusted to do so for every request. Without that setting it is made here.
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
    """Puts the id on every record, for formatters to show."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not getattr(record, "request_id", ""):
            # Django logs a failed request when all middleware is done with it.
            request = getattr(record, "request", None)
            record.request_id = getattr(request, "request_id", "") or request_id()
        return True
