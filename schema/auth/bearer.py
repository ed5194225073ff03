"""Authentication by a bearer token in place of cookies."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from schema.auth.tokens import InvalidToken, KeysUnavailable, bearer_settings, user_of
from schema.http.responses import refuse

logger = logging.getLogger(__name__)

REFUSED = "The bearer token is invalid or has expired."
"""Message for every refused token: the reason is logged, and not sent to the client."""
CHALLENGE = {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{REFUSED}"'}
UNAVAILABLE = "Bearer tokens cannot be checked now. Please try again later."


class BearerMiddleware:
    """Sets the user from the header `Authorization: Bearer`, in views with `takes_bearer_tokens`.

    Must come before SessionMiddleware: it removes the cookies of every request with this header,
    so that a forged request has no session to abuse. Such a request needs no CSRF token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        trusted = bearer_settings()
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
        """Run after middleware that sets `request.user`, before the check of the CSRF token."""
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
    """Return the text after `Bearer`, None without this header."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
