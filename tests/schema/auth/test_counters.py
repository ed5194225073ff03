"""Counters while the cache fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from schema.auth import counters


class Away(Exception):
    pass


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Cache:
    """A cache that counts calls, and fails on demand."""

    def __init__(self) -> None:
        self.away = True
        self.requests = 0

    def __getattr__(self, name: str) -> Any:
        self.requests += 1
        if self.away:
            raise Away
        return getattr(cache, name)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(counters, "monotonic", clock)
    return clock


@pytest.fixture
def store(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cache]:
    store = Cache()
    monkeypatch.setattr(counters, "cache", store)
    monkeypatch.setattr(counters, "_breaker", counters._Breaker())  # noqa: SLF001
    cache.clear()
    yield store
    cache.clear()
    counters._own.clear()  # noqa: SLF001


def test_the_process_counts_while_the_cache_fails(store: Cache) -> None:
    assert [counters.add("a", 1, 60) for _ in range(3)] == [1, 2, 3]
    assert counters.add("b", 2, 60) == 2
    counters.forget("a")
    assert counters.add("a", 1, 60) == 1
    counters.mark("c", 60)
    assert counters.marked("c")
    assert not counters.marked("d")


def test_a_failed_cache_is_not_used_for_some_seconds(store: Cache, clock: Clock) -> None:
    for _ in range(100):
        counters.add("a", 1, 60)
    assert store.requests == 1
    clock.now += counters.PAUSE - 1
    counters.add("a", 1, 60)
    assert store.requests == 1
    clock.now += 1
    counters.add("a", 1, 60)
    counters.add("a", 1, 60)
    assert store.requests == 2


def test_a_recovered_cache_counts_again(store: Cache, clock: Clock) -> None:
    counters.add("a", 1, 60)
    store.away = False
    clock.now += counters.PAUSE
    assert [counters.add("a", 1, 60) for _ in range(2)] == [1, 2]
    assert cache.get("a") == 2


def test_each_failure_is_logged_without_a_key(
    store: Cache, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        counters.add("secret", 1, 60)
    [record] = caplog.records
    assert "The cache fails (Away)" in record.getMessage()
    assert "secret" not in record.getMessage()
    clock.now += counters.PAUSE
    counters.add("secret", 1, 60)
    assert len(caplog.records) == 2


def test_a_process_keeps_a_limited_number_of_counters(
    store: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = counters._own  # noqa: SLF001
    monkeypatch.setattr(own, "_max_entries", 10)
    for number in range(100):
        counters.add(str(number), 1, 60)
    assert len(own._cache) <= 10  # type: ignore[attr-defined]  # noqa: SLF001
