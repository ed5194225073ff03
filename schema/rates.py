"""How often something may happen: the setting NOTIFICATION_RATES, counted in Django's cache.

Without a cache that all processes share, each of them counts for itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address, ip_network
from math import ceil
from time import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from notifications import dictionaries
from schema.same import Same

NAME = "NOTIFICATION_RATES"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What NOTIFICATION_RATES may say, in capitals; README.md has a table of it."""

    mutations_per_account: str = "120/m"
    mutations_per_address: str = "600/m"
    sign_ins_per_account: str = "10/5m"
    sign_ins_per_address: str = "50/5m"
    trusted_proxies: int = 0


KNOWN = tuple(field.name.upper() for field in fields(Rates))


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in each window of so many seconds, the next of which begins by the clock."""

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
    """Return what holds now, None where nothing is counted. Raises ImproperlyConfigured."""
    return _read(Same(getattr(settings, NAME, None)))


@lru_cache(maxsize=8)
def _read(setting: Same) -> Rates | None:
    """Read a setting once: each mutation asks several times. The value of one does not change."""
    [given] = setting.things
    if given is None:
        return None
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    return Rates(**{name.lower(): value for name, value in given.items()})


def mistakes(given: Any) -> Iterator[str]:
    """Return a sentence for everything that is wrong with a value of the setting."""
    return dictionaries.mistakes(NAME, given, KNOWN, _mistake)


def _mistake(name: str, value: Any) -> str:
    if name == "TRUSTED_PROXIES":
        return "" if type(value) is int and value >= 0 else "no whole number from 0"
    return "" if isinstance(value, str) and _readable(value) else "no rate like '10/5m'"


def spend(name: str, who: str, times: int = 1) -> int:
    """Count what somebody does. Return how many seconds they must wait, 0 where they need not.

    `name` is the key of a rate. Every try counts, also one that is refused.
    """
    allowed = rates()
    if allowed is None:
        return 0
    rate = Rate.of(getattr(allowed, name.lower()))
    window, passed = divmod(time(), rate.seconds)
    count = _count(_key(name, who, window), times, rate.seconds)
    return ceil(rate.seconds - passed) if count > rate.times else 0


def _count(key: str, times: int, seconds: int) -> int:
    """Add to a counter, which mostly is there already. Return how far it has got."""
    try:
        return cache.incr(key, times)
    except ValueError:
        if cache.add(key, times, seconds):
            return times
    try:
        return cache.incr(key, times)  # another process was faster
    except ValueError:  # evicted since
        return 0


def forgive(name: str, who: str) -> None:
    """Forget what somebody did in this window."""
    allowed = rates()
    if allowed is not None:
        rate = Rate.of(getattr(allowed, name.lower()))
        cache.delete(_key(name, who, time() // rate.seconds))


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from; of IPv6 the network, as each customer has one of those.

    What X-Forwarded-For says is taken from the proxies that are trusted, and from nobody before.
    """
    allowed = rates()
    proxies = allowed.trusted_proxies if allowed else 0
    address: str = request.META.get("REMOTE_ADDR", "")
    if proxies:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        address = forwarded[-proxies] if len(forwarded) >= proxies else address
    return _network(address.strip())


@lru_cache(maxsize=256)
def _network(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    if known.version == 6:  # noqa: PLR2004 - IPv6
        mapped = known.ipv4_mapped
        return str(mapped or ip_network((known.packed, 64), strict=False))
    return str(known)


def _key(name: str, who: str, window: float) -> str:
    """Name a counter for a cache that others read, too: it does not tell who is meant."""
    digest = sha256(f"{settings.SECRET_KEY} {who}".encode()).hexdigest()
    return f"notification-rates:{name}:{window:.0f}:{digest}"


def _readable(rate: str) -> bool:
    try:
        Rate.of(rate)
    except ValueError:
        return False
    return True
