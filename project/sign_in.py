"""How often an account, and an address, may try to sign in, wherever there is a form for it."""

from collections.abc import Callable
from math import ceil
from typing import Any
from unicodedata import normalize

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from schema.rates import address_of, forgive, spend


class TooManyAttempts(Exception):
    """Somebody who has to wait, for `wait` seconds, before the password is looked at."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too many attempts to sign in. Try again in {wait} seconds.")
        self.wait = wait


class SignInThrottle:
    """The first authentication backend: signs nobody in, and counts who tries."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **credentials: Any
    ) -> None:
        if request is None:
            return
        username = username or credentials.get(get_user_model().USERNAME_FIELD)
        waits = [0]
        if username:
            waits.append(spend("SIGN_INS_PER_ACCOUNT", _account(username)))
        if address := address_of(request):
            waits.append(spend("SIGN_INS_PER_ADDRESS", address))
        if wait := max(waits):
            raise TooManyAttempts(wait)


class SignInThrottleMiddleware:
    """Tells people how long to wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if not isinstance(exception, TooManyAttempts):
            return None
        context = {"minutes": ceil(exception.wait / 60)}
        response = render(request, "registration/too_many_attempts.html", context, status=429)
        response["Retry-After"] = str(exception.wait)
        return response


def forgive_attempts(user: Any, **_kwargs: Any) -> None:
    """Who signs in has not been guessing. Guesses from one address at many accounts still count."""
    forgive("SIGN_INS_PER_ACCOUNT", _account(user.get_username()))


def _account(username: str) -> str:
    return normalize("NFKC", username).casefold().strip()
