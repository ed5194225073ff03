"""Logs as JSON, a line for each record and one for each request, with nothing secret in them."""

import logging
import re
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from project.observability.routes import method_of, route_of

logger = logging.getLogger(__name__)

JSON: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "schema.http.request_ids.RequestIdFilter"},
        "route": {"()": "project.observability.logs.RouteFilter"},
    },
    "formatters": {"json": {"()": "project.observability.logs.SecretiveFormatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request_id", "route"],
            "formatter": "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # In place of the handlers that Django gives them, one of which would send mail.
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
}

SECRET = re.compile(
    r"""
    (?P<kept>
        \b (?:bearer|basic) \s+ (?=[^\s"]{12})          # Authorization: Bearer ...
      | \b (?:authorization|cookie|csrf\w*|passwd|password\d?|secret\w*|session\w*|\w*token)
        \\?["']? \s* [:=] \s* \\?["']?                   # password=... "password": "..."
        (?: (?:bearer|basic) \s+ )?
      | :// [^/\s:@"]* : (?=[^/\s"]*@)                 # scheme://user:password@host
      | /reset/ [^/\s"]+ /                              # a link that sets a new password
      | /unsubscribe/ (?=[^\s"/<]{8})                   # a link that unsubscribes
      | (?=\b eyJ)                                      # a JSON Web Token, wherever it stands
    )
    (?P<secret> [^\s"'\\&;,@/]{3,} )
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
# One of these is in all that the expression finds. It takes several times as long as the rest.
HINTS = (
    *("bearer", "basic", "authorization", "cookie", "csrf", "passw", "secret", "session", "token"),
    *("://", "/reset/", "/unsubscribe/", "eyj"),
)


class RouteFilter(logging.Filter):
    """Replace the path and the method that a client made up in the warnings of Django.

    They are "Not Found: /path", "Method Not Allowed (METHOD): /path" and others. A path may have a
    token in it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            words = {request.method: method_of(request)}
            for path in (request.path, request.path_info):
                words[path] = words[escaped(path)] = route_of(request)
            record.args = tuple(
                words.get(arg, arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True


def escaped(path: str) -> str:
    """Return the path as Django writes it to the log."""
    return path.encode("unicode_escape").decode("ascii")


class SecretiveFormatter(JsonFormatter):
    """The second barrier: what was not meant to be logged, and what exceptions quote, is blanked.

    The first is to log no headers, bodies, queries of addresses, or values that clients sent.
    """

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            timestamp=True,
            rename_fields={"levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "request", "server_time"],
        )

    def format(self, record: logging.LogRecord) -> str:
        return blanked(super().format(record))


def blanked(line: str) -> str:
    """Return a line without what looks like a secret in it."""
    lowered = line.lower()
    return SECRET.sub(r"\g<kept>[…]", line) if any(hint in lowered for hint in HINTS) else line


class RequestLogMiddleware:
    """Says of each request what was asked, by route and not by address, and how it went."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = monotonic()
        response = self._get_response(request)
        facts = {
            "method": method_of(request),
            "route": route_of(request),
            "status": response.status_code,
            "milliseconds": round((monotonic() - began) * 1000),
        }
        logger.info("A request was answered.", extra=facts)
        return response
