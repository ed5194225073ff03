"""Counters in Django's default cache, or in this process while the cache fails."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

logger = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds after a failure before the cache is used again."""
ENTRIES = 10_000
"""Counters that a process keeps while the cache fails."""

T = TypeVar("T")

_own = LocMemCache("schema.auth.counters", {"OPTIONS": {"MAX_ENTRIES": ENTRIES}})


def add(key: str, times: int, seconds: float) -> int:
    """Add to a counter, which starts at 0 and expires after `seconds`. Return its new value."""
    return _breaker.call(lambda store: _add(store, key, times, seconds))


def forget(key: str) -> None:
    _breaker.call(lambda store: store.delete(key))
    _own.delete(key)


def mark(key: str, seconds: float) -> None:
    """Keep a key for `seconds`, or until the cache evicts it."""
    _breaker.call(lambda store: store.set(key, 1, seconds))


def marked(key: str) -> bool:
    return bool(_breaker.call(lambda store: store.get(key) is not None))


def _add(store: Any, key: str, times: int, seconds: float) -> int:
    """Increment first: most counters exist already."""
    try:
        return int(store.incr(key, times))
    except ValueError:
        if store.add(key, times, seconds):
            return times
    try:
        return int(store.incr(key, times))  # another process was faster
    except ValueError:  # evicted since
        return 0


class _Breaker:
    """Circuit breaker: after a failure, the process counts by itself for PAUSE seconds.

    Then one request tries the cache again, while the others still count in the process.
    """

    def __init__(self) -> None:
        self._until = 0.0

    def call(self, function: Callable[[Any], T]) -> T:
        now = monotonic()
        if now < self._until:
            return function(_own)
        if self._until:
            self._until = now + PAUSE
        try:
            result = function(cache)
        except Exception as error:  # noqa: BLE001 - each cache has errors of its own
            self._open(error)
            return function(_own)
        self._until = 0.0
        return result

    def _open(self, error: Exception) -> None:
        self._until = monotonic() + PAUSE
        logger.warning(
            "The cache fails (%s). Each process counts rates by itself and tries the cache again"
            " in %d seconds.",
            type(error).__name__,
            PAUSE,
        )


_breaker = _Breaker()
