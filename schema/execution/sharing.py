"""Values that are equal in many responses, and the cache of their completed answers."""

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from orjson import Fragment

from notifications.caches import Cache

T = TypeVar("T")


class Shareable:
    """Base of GraphQL types whose instances are answered from a cache if they are `shared`.

    A shared instance must never change, nor anything that can be selected below it. It must be the
    same for all users and in all languages. Other instances are completed each time.
    """

    shared: bool = False


class SharedTuple(tuple[T, ...], Shareable):
    """Tuple of shared values that is shared itself."""

    __slots__ = ()
    shared = True


class CachedAnswer(dict[str, Any]):
    """Completed fields of a shared object, and their JSON once it has been encoded.

    `length` is an estimate of the bytes of the JSON.
    """

    __slots__ = ("json", "length")
    length: int
    json: Fragment


answers: Cache[tuple[int, int], tuple[Any, Any]] = Cache(
    "answers", share=0.18, weigh=lambda _key, found: _weigh(found[0])
)
"""Answers with the shared values, by the number of the function and the id of the value."""
_numbers = count()


def cache_shared(complete: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that completes each shared value once, and other values each time."""
    number = next(_numbers)

    def complete_cached(value: Any) -> Any:
        if getattr(value, "shared", False) is not True:
            return complete(value)
        key = (number, id(value))
        found = answers.get(key)
        if found is None:
            answer = complete(value)
            if type(answer) is dict:
                answer = CachedAnswer(answer)
                answer.length = _length(answer)
            found = answers.put(key, (answer, value))  # keeps the value, so that its id stays valid
        return found[0]

    return complete_cached


def _length(answer: Any) -> int:
    """Estimate the bytes of an answer as JSON."""
    if isinstance(answer, dict):
        return 2 + sum(len(key) + 4 + _length_of(item) for key, item in answer.items())
    if isinstance(answer, list):
        return 2 + sum(map(_length_of, answer))
    return len(answer) + 2 if isinstance(answer, str) else 8


def _length_of(item: Any) -> int:
    return item.length if isinstance(item, CachedAnswer) else _length(item)


def _weigh(answer: Any) -> int:
    """Estimate the bytes of an answer and its JSON, without the cached answers that it contains."""
    own = answer.length if isinstance(answer, CachedAnswer) else 0
    return own + _memory(answer)


def _memory(answer: Any) -> int:
    if isinstance(answer, dict):
        return 200 + sum(100 + _memory_of(item) for item in answer.values())
    if isinstance(answer, list):
        return 60 + sum(8 + _memory_of(item) for item in answer)
    return 50 + len(answer) if isinstance(answer, str) else 30


def _memory_of(item: Any) -> int:
    return 0 if isinstance(item, CachedAnswer) else _memory(item)
