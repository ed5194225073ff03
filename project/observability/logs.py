"""Logs as JSON: a line for each record and for each request, without secrets."""

import logging
import re
from typing import Any

from django.http import HttpRequest
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from project.observability.requests import AnsweredRequest, method_of, route_of

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
    # Django would give them handlers of its own, one of which sends mail.
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
      | (?=\b eyJ)                                      # a JSON Web Token
    )
    (?P<secret> [^\s"'\\&;,@/]{3,} )
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
# Each match contains one of these. Searching for them is several times faster than the expression.
HINTS = (
    *("bearer", "basic", "authorization", "cookie", "csrf", "passw", "secret", "session", "token"),
    *("://", "/reset/", "/unsubscribe/", "eyj"),
)


class RouteFilter(logging.Filter):
    """Replace the path and the method of the client in the warnings of Django.

    They are "Not Found: /path", "Method Not Allowed (METHOD): /path" and others. A path may contain
    a token.
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
    """Second barrier for secrets: blank them in messages and in quotations of exceptions.

    The first barrier is to log no headers, bodies, query strings or values that clients sent.
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
    """Return the line with `[…]` in place of each text that looks like a secret."""
    lowered = line.lower()
    return SECRET.sub(r"\g<kept>[…]", line) if any(hint in lowered for hint in HINTS) else line


def write_line(request: AnsweredRequest) -> None:
    """Log a line about a request, by its route and not by its path."""
    fields = {
        "method": request.method,
        "route": request.route,
        "status": request.status,
        "milliseconds": round(request.seconds * 1000),
    }
    logger.info("A request was answered.", extra=fields)
