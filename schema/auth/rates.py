"""Rates: the setting NOTIFICATION_RATES, and the budgets of accounts and addresses.

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
    """Number of times in each window of `seconds`. Windows begin at multiples of their length."""

    times: int
    seconds: int

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, text: str) -> "Rate":
        """Parse `10/5m`, ten times in five minutes. Raises ValueError."""
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
    """Parse a value of the setting, which each mutation needs several times."""
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


def spend(name: str, subject: str, times: int = 1) -> int:
    """Count for `subject`. Return 0, or the seconds until the next window if the rate is exceeded.

    `name` is the key of a rate. Every call counts, even beyond the rate.
    """
    allowed = rates()
    if allowed is None:
        return 0
    rate = Rate.of(getattr(allowed, name.lower()))
    window, passed = divmod(time(), rate.seconds)
    count = counters.add(_key(name, subject, window), times, rate.seconds)
    return ceil(rate.seconds - passed) if count > rate.times else 0


def reset(name: str, subject: str) -> None:
    """Reset the counter of `subject` in the current window."""
    allowed = rates()
    if allowed is not None:
        rate = Rate.of(getattr(allowed, name.lower()))
        counters.forget(_key(name, subject, time() // rate.seconds))


def remember(subject: str, seconds: int) -> None:
    """Mark the subject as known for `seconds`. The cache may evict the entry earlier."""
    if rates() is not None:
        counters.mark(_key("KNOWN", subject, 0), seconds)


def is_known(subject: str) -> bool:
    return rates() is not None and counters.marked(_key("KNOWN", subject, 0))


def address_of(request: HttpRequest) -> str:
    """Return the client's address; see `client_address`. UNKNOWN if nothing is counted."""
    allowed = rates()
    if allowed is None:
        return UNKNOWN
    return client_address(request, allowed.trusted_proxies)


def _key(name: str, subject: str, window: float) -> str:
    """Return the key of a counter. The subject is hashed, so that the cache does not reveal it."""
    digest = sha256(f"{settings.SECRET_KEY} {subject}".encode(errors="replace")).hexdigest()
    return f"notification-rates:{name}:{window:.0f}:{digest}"


def _readable(rate: str) -> bool:
    try:
        Rate.of(rate)
    except ValueError:
        return False
    return True
