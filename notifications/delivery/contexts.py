"""Encoding of contexts as JSON. Values without a JSON type are stored with a tag.

A tag is a dictionary with the keys `__type__` and `__value__`, for example
`{"__type__": "date", "__value__": "2026-01-31"}`. A caller's dictionary with the key `__type__` is
tagged itself, so that it is returned unchanged.
"""

import json
import math
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils import translation
from django.utils.functional import Promise

from notifications.arguments import evaluate, unwrapped
from notifications.errors import InvalidContext, text_of
from notifications.site import language_of
from notifications.texts import is_storable

MAX_BYTES = 100_000
"""Bytes of a context as JSON in UTF-8. Each inbox entry is read with the context of its call."""
MAX_DEPTH = 50
"""Levels of nesting."""
MAX_BITS = 10_000
"""Bits of an integer: about 3,000 digits. Python refuses to read much longer ones."""

_TYPE, _VALUE = "__type__", "__value__"
_TRANSLATIONS: Mapping[str, Callable[..., str]] = {
    "gettext": translation.gettext,
    "ngettext": translation.ngettext,
    "npgettext": translation.npgettext,
    "pgettext": translation.pgettext,
}


@dataclass(frozen=True, slots=True)
class _Kind:
    type: type
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def _parts(value: timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


_KINDS = {
    "datetime": _Kind(datetime, datetime.isoformat, datetime.fromisoformat),
    "date": _Kind(date, date.isoformat, date.fromisoformat),
    "time": _Kind(time, time.isoformat, time.fromisoformat),
    "timedelta": _Kind(timedelta, _parts, lambda parts: timedelta(*parts)),
    "decimal": _Kind(Decimal, str, Decimal),
    "uuid": _Kind(UUID, str, UUID),
    "float": _Kind(float, float.__repr__, float),
}
"""Types by the name of their tag. The first that fits is used, as a datetime is also a date."""


def encode(context: Mapping[str, Any] | None, *, reserved: Collection[str]) -> dict[str, Any]:
    """Return the context as JSON. Raises InvalidContext with every mistake.

    `reserved` names cannot be used by the caller.
    """
    given = evaluate({} if context is None else context)
    encoder = _Encoder()
    encoded = encoder.items(given, "context", 0) if isinstance(given, Mapping) else {}
    if not isinstance(given, Mapping):
        encoder.mistakes.append(f"context is {_describe(given)}, which is not a dictionary")
    encoder.mistakes += [
        f"context has the reserved name {name!r}" for name in reserved if name in encoded
    ]
    if not encoder.mistakes and (size := _size(encoded)) > MAX_BYTES:
        encoder.mistakes.append(f"context has {size:,} bytes as JSON, more than {MAX_BYTES:,}")
    if encoder.mistakes:
        raise InvalidContext(encoder.mistakes, reserved=reserved)
    return encoded


def _size(encoded: Mapping[str, Any]) -> int:
    return len(json.dumps(encoded, ensure_ascii=False, separators=(",", ":")).encode())


def decode(stored: Mapping[str, Any], *, user: Any) -> dict[str, Any]:
    """Return a copy of the context as it was passed, lazy translations in the user's language."""
    language = translation.override(language_of(user)) if _has_tag(stored) else nullcontext()
    with language:
        return {key: _decoded(value) for key, value in stored.items()}


class _Encoder:
    """Encoder of one context, which collects a phrase for each mistake in it."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def items(self, given: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
        encoded = {}
        for name, value in given.items():
            key = evaluate(name)
            if is_storable(key):
                encoded[key] = self.value(value, f"{path}[{text_of(key)}]", depth + 1)
            else:
                self.mistakes.append(f"{path} has the key {_describe(key)}")
        return encoded

    def value(self, given: Any, path: str, depth: int) -> Any:
        given = unwrapped(given)
        translated, value = _translation(given), evaluate(given)
        if depth > MAX_DEPTH:
            self.mistakes.append(f"{path} is nested more than {MAX_DEPTH} levels deep")
        elif isinstance(value, Mapping):
            encoded = self.items(value, path, depth)
            return _tag("dict", encoded) if _TYPE in encoded else encoded
        elif isinstance(value, list | tuple):
            return [
                self.value(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)
            ]
        elif _is_plain(value):
            return translated or value
        else:
            return self.typed(value, path)
        return None

    def typed(self, value: Any, path: str) -> Any:
        for name, kind in _KINDS.items():
            if isinstance(value, kind.type) and not _is_infinite(value):
                return _tag(name, kind.encode(value))
        reason = ", which contains a NUL or a lone surrogate" if isinstance(value, str) else ""
        self.mistakes.append(f"{path} is {_describe(value)}{reason}")
        return None


def _tag(name: str, value: Any) -> dict[str, Any]:
    return {_TYPE: name, _VALUE: value}


def _translation(value: Any) -> dict[str, Any] | None:
    """Return the tag of one of Django's lazy translations, None for other values."""
    if not isinstance(value, Promise):
        return None
    function, arguments, named = value.__reduce__()[1][:3]  # type: ignore[misc]
    name = next((name for name, each in _TRANSLATIONS.items() if each is function), None)
    if name is None or not isinstance(arguments, tuple):
        return None
    if not all(type(each) in {str, int} for each in [*arguments, *named.values()]):
        return None
    return _tag("translation", [name, list(arguments), named])


def _describe(value: Any) -> str:
    """Describe a value in an error message, without a statement on the database."""
    if isinstance(value, Model):
        return f"an instance of the model {value._meta.label}"
    if isinstance(value, QuerySet):
        return f"a queryset of {value.model._meta.label}"
    if isinstance(value, int) and not _is_plain(value):
        return "an integer of too many digits"
    return text_of(value)


def _is_plain(value: Any) -> bool:
    """Return True for a text, number, True, False or None that both databases store unchanged.

    PostgreSQL turns 1e+23 into an integer, and -0.0 into 0.0.
    """
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, float):
        written = float.__repr__(value)
        return math.isfinite(value) and "e" not in written and written != "-0.0"
    return value is None or (isinstance(value, int) and value.bit_length() <= MAX_BITS)


def _is_infinite(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _has_tag(stored: Any) -> bool:
    if isinstance(stored, Mapping):
        return _TYPE in stored or any(map(_has_tag, stored.values()))
    return isinstance(stored, list) and any(map(_has_tag, stored))


def _decoded(stored: Any) -> Any:
    if isinstance(stored, list):
        return [_decoded(item) for item in stored]
    if not isinstance(stored, dict):
        return stored
    if stored.keys() == {_TYPE, _VALUE}:
        # Rows from before tags were introduced may contain a similar dictionary.
        with suppress(ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return _untagged(stored[_TYPE], stored[_VALUE])
    return {key: _decoded(value) for key, value in stored.items()}


def _untagged(name: str, value: Any) -> Any:
    if name == "dict":
        return {key: _decoded(item) for key, item in value.items()}
    if name == "translation":
        function, arguments, named = value
        return _TRANSLATIONS[function](*arguments, **named)
    return _KINDS[name].decode(value)
