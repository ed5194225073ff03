"""What may go with a message: it is kept as JSON until it is delivered."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from notifications.backends.base import RESERVED
from notifications.errors import InvalidContext


def checked(context: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the context as it is stored. Raises InvalidContext with every mistake."""
    given = {} if context is None else context
    mistakes = list(_mistakes(given, "context"))
    if isinstance(given, dict):
        mistakes += [
            f"context has the reserved name {name!r}" for name in RESERVED if name in given
        ]
    elif not mistakes:
        mistakes = [f"context is {given!r}, which is no dictionary"]
    if mistakes:
        raise InvalidContext(mistakes, reserved=RESERVED)
    return dict(given)


def _mistakes(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str) and _is_text(key):
                yield from _mistakes(item, f"{place}[{key!r}]")
            else:
                yield f"{place} has the key {key!r}"
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _mistakes(item, f"{place}[{index}]")
    elif not _is_plain(value):
        yield f"{place} is {value!r}"


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return _is_text(value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, bool | int)


def _is_text(value: str) -> bool:
    """PostgreSQL keeps no NUL, and nothing that is half a character."""
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
