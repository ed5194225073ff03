"""Values that many requests are answered with, and what was answered of them."""

from collections.abc import Callable
from itertools import count
from threading import Lock
from typing import Any, TypeVar

from orjson import Fragment

T = TypeVar("T")

MOST = 250_000
"""How many fields and items are remembered, of some hundred bytes each."""


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
    """What was answered of a shared object, and once it has been, how it is written."""

    __slots__ = ("written",)
    written: Fragment


class Memory:
    """What was answered of shared values. The oldest answers are forgotten to make room."""

    def __init__(self, most: int) -> None:
        self.size = 0
        self._most = most
        # The value is kept as well, so that no other value gets its id.
        self._answers: dict[tuple[int, int], tuple[Any, int, Any]] = {}
        self._lock = Lock()

    def answer(self, number: int, complete: Callable[[Any], Any], value: Any) -> Any:
        key = (number, id(value))
        found = self._answers.get(key)
        if found is None:
            answer = complete(value)
            size = _size(answer)
            found = (Remembered(answer) if type(answer) is dict else answer, size, value)
            self._remember(key, found)
        return found[0]

    def forget(self) -> None:
        with self._lock:
            self._answers.clear()
            self.size = 0

    def _remember(self, key: tuple[int, int], found: tuple[Any, int, Any]) -> None:
        with self._lock:
            if self._answers.setdefault(key, found) is found:
                self.size += found[1]
            while self.size > self._most:
                _, size, _ = self._answers.pop(next(iter(self._answers)))
                self.size -= size


memory = Memory(MOST)
_numbers = count()


def remembered(complete: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that does the same, once for each shared value."""
    number = next(_numbers)

    def recall(value: Any) -> Any:
        if getattr(value, "shared", False) is True:
            return memory.answer(number, complete, value)
        return complete(value)

    return recall


def _size(answer: Any) -> int:
    """How many fields and items an answer has, without those that are remembered by themselves."""
    if isinstance(answer, dict) and not isinstance(answer, Remembered):
        return 1 + sum(map(_size, answer.values()))
    if type(answer) is list:
        return 1 + sum(map(_size, answer))
    return 1
