"""Throttling of attempts to sign in, in every form that uses Django's authentication.

A stranger can spend neither the budgets of an account's known devices nor those of networks from
which the account has signed in. docs/guides/rates.md describes the budgets.
"""

from collections.abc import Callable
from math import ceil
from typing import Any
from unicodedata import normalize

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from project.accounts import devices
from schema.auth.client_address import UNKNOWN
from schema.auth.rates import address_of, is_known, rates, remember, reset, spend

KNOWN_NETWORK = 90 * 24 * 3600
"""Seconds after a sign-in for which its network is known for the account."""


class TooManyAttempts(Exception):
    """Attempt that was refused before any comparison. `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too many attempts. Try again in {wait} seconds.")
        self.wait = wait


class SignInThrottle:
    """First authentication backend, which counts attempts and authenticates nobody."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **credentials: Any
    ) -> None:
        if request is None:
            return
        username = username or credentials.get(get_user_model().USERNAME_FIELD) or ""
        if wait := _spend(request, normalized_name(username)):
            raise TooManyAttempts(wait)


def _spend(request: HttpRequest, account: str) -> int:
    """Spend the budgets of one attempt in order, up to an empty one. Return the seconds to wait.

    An attempt that is refused for its address spends nothing of the account, and one that is
    refused for its network nothing of the budget of all networks.
    """
    device = devices.device_of(request)
    if device and device.knows(account):
        return spend("SIGN_INS_PER_DEVICE", device.digest(account))
    address = address_of(request)
    wait = spend("SIGN_INS_PER_ADDRESS", address)
    if wait or not account:
        return wait
    network = _network(account, address)
    wait = spend("SIGN_INS_PER_ACCOUNT", network)
    if wait or is_known(network):
        return wait
    return spend("SIGN_INS_PER_ACCOUNT_ANYWHERE", account)


def reset_attempts(user: Any, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Restore the budgets of a user after a sign-in, and remember the device and the network.

    The budget of the address is not restored: guesses at many accounts come from one address.
    """
    if request is None or rates() is None:
        return
    account = normalized_name(user.get_username())
    address = address_of(request)
    network = _network(account, address)
    reset("SIGN_INS_PER_ACCOUNT", network)
    device = devices.device_of(request)
    if device and device.knows(account):
        reset("SIGN_INS_PER_DEVICE", device.digest(account))
    devices.remember(request, account)
    if address != UNKNOWN:
        remember(network, KNOWN_NETWORK)


class SignInThrottleMiddleware:
    """Answer TooManyAttempts with a page that names the time to wait."""

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


def normalized_name(text: str) -> str:
    """Return the normal form of a name or an e-mail address, by which attempts are counted."""
    return normalize("NFKC", text).casefold().strip()


def _network(account: str, address: str) -> str:
    return f"{account} {address}"
