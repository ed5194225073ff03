"""Caches in memory, bounded in bytes by the setting NOTIFICATION_CACHE_SIZE."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

from django.conf import settings

NAME = "NOTIFICATION_CACHE_SIZE"
DEFAULT = 64 * 2**20
"""Default of the setting: bytes of all caches of a process together."""
ENTRY = 250
"""Estimated bytes of an entry besides its key and value."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Sized(Protocol):
    """A cache with a name and an estimate of its bytes."""

    name: str
    size: int


_caches: "WeakSet[Sized]" = WeakSet()
_lock = Lock()


def _register(cache: Sized) -> None:
    with _lock:
        _caches.add(cache)


def limit() -> int:
    """Return the bytes that all caches of the process may use together. 0 disables caching."""
    size: int = getattr(settings, NAME, DEFAULT)
    return size


def is_valid(value: object) -> bool:
    """Return True if the value is allowed in the setting."""
    return type(value) is int and value >= 0


def sizes() -> dict[str, int]:
    """Return the estimated bytes of all caches of the process, by name."""
    by_name: dict[str, int] = {}
    with _lock:  # another thread may register a cache meanwhile
        caches = list(_caches)
    for cache in caches:
        by_name[cache.name] = by_name.get(cache.name, 0) + cache.size
    return dict(sorted(by_name.items()))


class Cache(Generic[K, V]):
    """Cache that uses at most a share of the setting.

    `weigh` estimates the bytes of a key and its value. The oldest entries are removed to make room.
    An entry of more than half of the share is not kept.
    """

    def __init__(self, name: str, *, share: float, weigh: Callable[[K, V], int]) -> None:
        self.name = name
        self.size = 0
        self._share = share
        self._weigh = weigh
        self._entries: dict[K, tuple[V, int]] = {}
        self._lock = Lock()
        _register(self)

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: K, value: V, *, extra: int = 0) -> V:
        """Add an entry and return its value; if the key has an entry, return the existing value.

        `extra` are bytes that the value keeps in memory besides those that `weigh` counts.
        """
        size = self._weigh(key, value) + extra + ENTRY
        most = int(limit() * self._share)
        with self._lock:
            if entry := self._entries.get(key):
                return entry[0]
            if size <= most / 2:
                self._entries[key] = (value, size)
                self.size += size
            while self.size > most:
                self._remove(next(iter(self._entries)))
        return value

    def discard(self, key: K) -> None:
        with self._lock:
            if key in self._entries:
                self._remove(key)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[K]:
        return iter(list(self._entries))

    def _remove(self, key: K) -> None:
        self.size -= self._entries.pop(key)[1]


class IdentityKey:
    """Cache key that compares objects by identity and keeps them alive, so that no id is reused."""

    __slots__ = ("_ids", "objects")

    def __init__(self, *objects: Any) -> None:
        self.objects = objects
        self._ids = (*map(id, objects),)

    def __hash__(self) -> int:
        return hash(self._ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdentityKey) and self._ids == other._ids


class CountedDict(dict[K, V]):
    """Dictionary that counts its bytes. It only grows, until its owner replaces it."""

    def __init__(self, name: str, entries: Mapping[K, V], *, weigh: Callable[[V], int]) -> None:
        super().__init__()
        self.name = name
        self.size = 0
        self._weigh = weigh
        self.update(entries)
        _register(self)

    __hash__ = object.__hash__  # type: ignore[assignment]  # the registry compares by identity

    def update(self, entries: Mapping[K, V]) -> None:  # type: ignore[override]
        self.size += sum(ENTRY + self._weigh(v) for key, v in entries.items() if key not in self)
        super().update(entries)
