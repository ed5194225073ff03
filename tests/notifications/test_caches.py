"""Caches stay within their bytes, and keys compare by identity."""

from typing import Any
from weakref import ref

import pytest

from notifications import caches
from notifications.caches import ENTRY, Cache, IdentityKey
from notifications.configuration.cache import GROUPS_SHARE


@pytest.fixture
def cache(settings: Any) -> Cache[Any, str]:
    settings.NOTIFICATION_CACHE_SIZE = 20_000
    return Cache("test", share=0.5, weigh=lambda _key, value: len(value))


def test_a_value_is_found_again(cache: Cache[Any, str]) -> None:
    assert cache.put("a", "x") == cache.get("a") == "x"
    assert cache.get("b") is None


def test_the_first_value_of_a_key_stays(cache: Cache[Any, str]) -> None:
    assert [cache.put("a", "x"), cache.put("a", "y")] == ["x", "x"]
    assert cache.size == 1 + ENTRY


def test_the_oldest_entries_make_room(cache: Cache[Any, str]) -> None:
    for number in range(100):
        cache.put(number, "x" * 1_000)
        assert cache.size <= 10_000
    assert list(cache) == list(range(92, 100))


def test_a_value_that_is_too_large_is_not_kept(cache: Cache[Any, str]) -> None:
    cache.put("small", "x")
    assert cache.put("large", "x" * 6_000) == "x" * 6_000
    assert list(cache) == ["small"]


def test_extra_bytes_count(cache: Cache[Any, str]) -> None:
    cache.put("a", "x", extra=1_000)
    assert cache.size == 1_001 + ENTRY


def test_a_smaller_setting_holds_from_the_next_entry_on(
    cache: Cache[Any, str], settings: Any
) -> None:
    for number in range(5):
        cache.put(number, "x" * 1_000)
    settings.NOTIFICATION_CACHE_SIZE = 0
    cache.put("last", "x")
    assert (len(cache), cache.size) == (0, 0)


def test_entries_can_be_discarded(cache: Cache[Any, str]) -> None:
    cache.put("a", "x")
    cache.discard("a")
    cache.discard("a")
    assert (len(cache), cache.size) == (0, 0)


def test_sizes_add_up_caches_of_one_name(cache: Cache[Any, str]) -> None:
    other: Cache[Any, str] = Cache("test", share=0.1, weigh=lambda _key, value: len(value))
    cache.put("a", "x")
    other.put("a", "xyz")
    assert caches.sizes()["test"] == 1 + 3 + 2 * ENTRY
    del other
    assert caches.sizes()["test"] == 1 + ENTRY


def test_all_shares_together_are_at_most_one() -> None:
    shares = {cache.name: cache._share for cache in caches._caches if isinstance(cache, Cache)}  # noqa: SLF001
    shares.pop("test", None)
    assert sum(shares.values()) + GROUPS_SHARE <= 1 + 1e-9


def test_keys_of_identical_objects_are_equal() -> None:
    one, two = [1], {2}
    assert IdentityKey(one, two) == IdentityKey(one, two)
    assert hash(IdentityKey(one, two)) == hash(IdentityKey(one, two))


def test_keys_of_equal_objects_differ() -> None:
    one, two = [1], [1]
    assert IdentityKey(one) != IdentityKey(two)
    assert IdentityKey(one, two) != IdentityKey(two, one)
    assert IdentityKey(one) != IdentityKey(one, one)
    assert IdentityKey(one) != (id(one),)


def test_a_key_keeps_its_objects_alive() -> None:
    value = {1}
    alive = ref(value)
    key = IdentityKey(value)
    del value
    assert alive() is not None
    del key
    assert alive() is None
