"""Rates: the setting NOTIFICATION_RATES, and the budgets that it gives to accounts and addresses.

Counters are in Django's cache. Without a cache that all processes share, each counts for itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from math import ceil
from time import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from notifications.caches import IdentityKey
from notifications.conf import dictionary_mistakes
from schema.auth import counters
from schema.auth.client_address import UNKNOWN, client_address

NAME = "NOTIFICATION_RATES"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Values of NOTIFICATION_RATES, there in capitals; docs/guides/rates.md describes them."""

    mutations_per_account: str = "2000/m"
    mutations_per_address: str = "20000/m"
    sign_ins_per_account: str = "10/5m"
    sign_ins_per_account_anywhere: str = "100/15m"
    sign_ins_per_device: str = "10/5m"
    sign_ins_per_address: str = "50/5m"
    password_changes_per_account: str = "10/5m"  # noqa: S105
    password_resets_per_account: str = "5/h"  # noqa: S105
    password_resets_per_address: str = "20/h"  # noqa: S105
    trusted_proxies: int = 0


KNOWN = tuple(field.name.upper() for field in fields(Rates))


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of times in each window of so many seconds; windows begin by the clock."""

    times: int
    seconds: int

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, text: str) -> "Rate":
        """Read `10/5m`, ten times in five minutes. Raises ValueError."""
        found = re.fullmatch(r"([1-9]\d{0,8})/([1-9]\d{0,3})?([smhd])", text)
        if not found:
            raise ValueError(text)
        times, units, unit = found.groups()
        return cls(int(times), int(units or 1) * _UNITS[unit])


def rates() -> Rates | None:
    """Return the configured rates, None if nothing is counted. Raises ImproperlyConfigured."""
    return _read(IdentityKey(getattr(settings, NAME, None)))


@lru_cache(maxsize=8)
def _read(setting: IdentityKey) -> Rates | None:
    """Read the setting once: each mutation needs it several times."""
    [given] = setting.objects
    if given is None:
        return None
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    return Rates(**{name.lower(): value for name, value in given.items()})


def mistakes(given: Any) -> Iterator[str]:
    """Yield a sentence for each mistake in a value of the setting."""
    return dictionary_mistakes(NAME, given, KNOWN, _requirement)


def _requirement(name: str, value: Any) -> str:
    if name == "TRUSTED_PROXIES":
        return "" if type(value) is int and value >= 0 else "must be an integer, 0 or more"
    return "" if isinstance(value, str) and _readable(value) else "must be a rate such as '10/5m'"


def spend(name: str, who: str, times: int = 1) -> int:
    """Spend the budget of `who`. Return the seconds to wait until there is a new one, or 0.

    `name` is the key of a rate. Every call counts, also one that returns seconds to wait.
    """
    allowed = rates()
    if allowed is None:
        return 0
    rate = Rate.of(getattr(allowed, name.lower()))
    window, passed = divmod(time(), rate.seconds)
    count = counters.add(_key(name, who, window), times, rate.seconds)
    return ceil(rate.seconds - passed) if count > rate.times else 0


def forgive(name: str, who: str) -> None:
    """Give `who` the whole budget of this window again."""
    allowed = rates()
    if allowed is not None:
        rate = Rate.of(getattr(allowed, name.lower()))
        counters.forget(_key(name, who, time() // rate.seconds))


def make_known(who: str, seconds: int) -> None:
    """Let `is_known` return True for so long, unless the cache needs the room."""
    if rates() is not None:
        counters.mark(_key("KNOWN", who, 0), seconds)


def is_known(who: str) -> bool:
    return rates() is not None and counters.marked(_key("KNOWN", who, 0))


def address_of(request: HttpRequest) -> str:
    """Return the address that the request counts for; see `client_address`."""
    allowed = rates()
    if allowed is None:
        return UNKNOWN  # nothing is counted
    return client_address(request, allowed.trusted_proxies)


def _key(name: str, who: str, window: float) -> str:
    """Return the key of a counter, from which nobody who reads the cache learns `who`."""
    digest = sha256(f"{settings.SECRET_KEY} {who}".encode(errors="replace")).hexdigest()
    return f"notification-rates:{name}:{window:.0f}:{digest}"


def _readable(rate: str) -> bool:
    try:
        Rate.of(rate)
    except ValueError:
        return False
    return True
