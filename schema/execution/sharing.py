"""Values that many requests are answered with, and the cache of their completed answers."""

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from orjson import Fragment

from notifications.caches import Cache

T = TypeVar("T")


class Shareable:
    """A base of GraphQL types: what is answered of an instance is remembered if it is `shared`.

    It must not change any more then, nor anything that is selected below it, and it must look the
    same to everybody, in every language. Instances that do not say so are completed each time.
    """

    shared: bool = False


class SharedTuple(tuple[T, ...], Shareable):
    """Shared values in an order that many requests are answered with, too."""

    __slots__ = ()
    shared = True


class Remembered(dict[str, Any]):
    """Completed fields of a shared object, and once they have been encoded, their JSON.

    `length` is an estimate of the JSON's bytes.
    """

    __slots__ = ("length", "written")
    length: int
    written: Fragment


answers: Cache[tuple[int, int], tuple[Any, Any]] = Cache(
    "answers", share=0.18, weigh=lambda _key, found: _weigh(found[0])
)
"""Completed shared values with the values themselves, by the completing function and their id."""
_numbers = count()


def remembered(complete: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that completes each shared value once."""
    number = next(_numbers)

    def recall(value: Any) -> Any:
        if getattr(value, "shared", False) is not True:
            return complete(value)
        key = (number, id(value))
        found = answers.get(key)
        if found is None:
            answer = complete(value)
            if type(answer) is dict:
                answer = Remembered(answer)
                answer.length = _length(answer)
            found = answers.put(key, (answer, value))  # with the value, or its id is used again
        return found[0]

    return recall


def _length(answer: Any) -> int:
    """Estimate the bytes of an answer as JSON."""
    if isinstance(answer, dict):
        return 2 + sum(len(key) + 4 + _length_of(item) for key, item in answer.items())
    if isinstance(answer, list):
        return 2 + sum(map(_length_of, answer))
    return len(answer) + 2 if isinstance(answer, str) else 8


def _length_of(item: Any) -> int:
    return item.length if isinstance(item, Remembered) else _length(item)


def _weigh(answer: Any) -> int:
    """Estimate the bytes of an answer and its JSON, without answers in it that are cached, too."""
    own = answer.length if isinstance(answer, Remembered) else 0
    return own + _memory(answer)


def _memory(answer: Any) -> int:
    if isinstance(answer, dict):
        return 200 + sum(100 + _memory_of(item) for item in answer.values())
    if isinstance(answer, list):
        return 60 + sum(8 + _memory_of(item) for item in answer)
    return 50 + len(answer) if isinstance(answer, str) else 30


def _memory_of(item: Any) -> int:
    return 0 if isinstance(item, Remembered) else _memory(item)
