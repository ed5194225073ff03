"""Known devices: browsers on which an account has signed in, recognised by a signed cookie.

The cookie grants nothing: it gives the account's own devices a budget of attempts to sign in that
nobody else can spend.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE = "known_device"
AGE = 365 * 24 * 3600
"""Seconds after the last sign-in for which a device is known."""
ACCOUNTS = 5
"""Accounts of a device; one more replaces the one that signed in longest ago."""

_SALT = "project.devices"
_ATTRIBUTE = "_known_device"
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Device:
    """Browser, with digests of the accounts that have signed in on it."""

    key: str
    accounts: tuple[str, ...] = ()

    def knows(self, account: str) -> bool:
        return self.digest(account) in self.accounts

    def adding(self, account: str) -> "Device":
        digest = self.digest(account)
        others = [each for each in self.accounts if each != digest]
        return Device(self.key, (*others, digest)[-ACCOUNTS:])

    def digest(self, account: str) -> str:
        return sha256(f"{self.key} {account}".encode(errors="replace")).hexdigest()[:32]


def device_of(request: HttpRequest) -> Device | None:
    """Return the device that the cookie names, None without a cookie that this site has signed."""
    text = request.COOKIES.get(COOKIE, "")
    if not text or len(text) > _LONGEST:
        return None
    try:
        key, *accounts = signing.loads(text, salt=_SALT, max_age=AGE)
    except (signing.BadSignature, ValueError):
        return None
    return Device(key, tuple(accounts))


def remember(request: HttpRequest, account: str) -> None:
    """Let the response to the request make its browser a known device of the account."""
    device = device_of(request) or Device(token_urlsafe(16))
    setattr(request, _ATTRIBUTE, device.adding(account))


class DeviceMiddleware:
    """Middleware that sets the cookie of a device after a sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        device: Any = getattr(request, _ATTRIBUTE, None)
        if device is not None:
            response.set_cookie(
                COOKIE,
                signing.dumps([device.key, *device.accounts], salt=_SALT),
                max_age=AGE,
                path=settings.SESSION_COOKIE_PATH,
                domain=settings.SESSION_COOKIE_DOMAIN,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response
