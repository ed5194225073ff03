"""Who sends a bearer token instead of cookies."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from schema.auth.tokens import InvalidToken, KeysUnavailable, trust, user_of
from schema.http.responses import refuse

logger = logging.getLogger(__name__)

REFUSED = "The bearer token is not valid here, or has expired."
"""Said of every token, as it is nobody's business what is wrong with it."""
CHALLENGE = {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{REFUSED}"'}
UNAVAILABLE = "Bearer tokens cannot be checked now. Please try again later."


class BearerMiddleware:
    """Knows the user by the header `Authorization: Bearer`, in views with `takes_bearer_tokens`.

    Goes before the middleware of sessions: no cookie of a request with such a header counts, in any
    view, so that there is nothing that a forged request could make use of. That is why such a view
    may go without a check of the CSRF token then, and only then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        trusted = trust()
        if trusted is None:
            raise MiddlewareNotUsed
        self._trust = trusted
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _token(request) is not None:
            request.META.pop("HTTP_COOKIE", None)
            request.COOKIES = {}
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Run after what sets `request.user`, before what checks the CSRF token."""
        token = _token(request)
        takes = getattr(getattr(view, "view_class", None), "takes_bearer_tokens", False)
        if token is None or not takes:
            return None
        try:
            request.user = user_of(token, self._trust)
        except InvalidToken as error:
            logger.info("A bearer token was refused: %s.", error)
            return refuse(request, 401, REFUSED, "UNAUTHENTICATED", CHALLENGE)
        except (DatabaseError, KeysUnavailable):
            logger.exception("A bearer token could not be checked.")
            return refuse(request, 503, UNAVAILABLE, "INTERNAL")
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001
        return None


def _token(request: HttpRequest) -> str | None:
    """Return what follows `Bearer`, whatever it is; None without that header."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
