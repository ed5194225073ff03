"""Checks before a view of the API: type and size of the body, then the CSRF token.

CsrfViewMiddleware looks for the token in the body first, and parses an upload of any size for it.
The view is therefore exempt from the middleware and makes the same check after its own.
"""

import logging
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from cross_web import HTTPException
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

from schema.errors import LIMIT_EXCEEDED, LimitExceeded
from schema.http.requests import check_body
from schema.http.responses import refuse

logger = logging.getLogger("django.security.csrf")

CSRF_FAILED = "CSRF_FAILED"
"""Code of a request that the client may repeat with a new CSRF token."""

View = Callable[..., HttpResponseBase]


class Guard:
    """View behind the checks. LoginRequiredMiddleware lets anonymous requests through.

    `csrf_exempt` belongs to the class, so that decorators do not copy it to the functions that
    they return: CsrfViewMiddleware checks those, unless the decorator is Django's `csrf_exempt`.
    """

    csrf_exempt: Any = "checked by __call__"

    def __init__(self, view: View) -> None:
        update_wrapper(self, view)
        self.login_required = False
        self._view = view

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            check_body(request)
            return _csrf_refusal(request) or self._view(request, *args, **kwargs)
        except LimitExceeded as error:
            return refuse(request, 413, error.message, LIMIT_EXCEEDED)
        except HTTPException as error:
            code = getattr(error, "code", "BAD_USER_INPUT")
            headers = getattr(error, "headers", None)
            return refuse(request, error.status_code, error.reason, code, headers)
        except RequestDataTooBig as error:
            return refuse(request, 413, str(error), LIMIT_EXCEEDED)
        except (BadRequest, SuspiciousOperation, UnreadablePostError):
            return refuse(request, 400, "The request cannot be read.")


class _Check(CsrfViewMiddleware):
    def _reject(self, _request: HttpRequest, reason: str) -> str:
        return reason


def _csrf_refusal(request: HttpRequest) -> HttpResponse | None:
    """Check the CSRF token, unless the project exempts the view or calls it without a URL."""
    resolved = request.resolver_match
    if resolved is None or getattr(resolved.func, "csrf_exempt", False) is True:
        return None
    reason: Any = _Check(lambda _request: HttpResponse()).process_view(request, None, (), {})  # type: ignore[arg-type]
    if not reason:
        return None
    extra = {"status_code": 403, "request": request}
    logger.warning("Forbidden (%s): %s", reason, request.path, extra=extra)
    message = f"{reason} Send the token of the cookie in the header X-CSRFToken."
    return refuse(request, 403, message, CSRF_FAILED)
