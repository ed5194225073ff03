"""Setting NOTIFICATION_GRAPHQL: limits, introspection, trusted documents and execution."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from os import PathLike
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from notifications.conf import dictionary_mistakes

NAME = "NOTIFICATION_GRAPHQL"


@dataclass(frozen=True, slots=True)
class Limits:
    """Positive integers of NOTIFICATION_GRAPHQL; docs/reference/settings.md lists them."""

    max_body_size: int = 250_000
    max_tokens: int = 2_000
    max_depth: int = 30
    max_fields: int = 2_000
    max_root_fields: int = 100
    max_aliases: int = 100
    max_overlaps: int = 2_000
    max_name: int = 200
    max_cost: int = 20_000
    max_matrices: int = 100
    max_entries: int = 1_000
    max_errors: int = 20
    max_answer_size: int = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Introspection and trusted documents."""

    introspection: bool
    trusted_documents: str | PathLike[str] = ""
    trusted_documents_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Execution of documents, which does not change responses."""

    compiled: bool = True


_NUMBERS = tuple(field.name.upper() for field in fields(Limits))
KNOWN = tuple(
    field.name.upper() for part in (Limits, Exposure, Execution) for field in fields(part)
)


def limits() -> Limits:
    """Return the current limits. Equal settings give equal values, which can be keys of caches."""
    return _current()[0]


def exposure() -> Exposure:
    """Return the current values. The default of INTROSPECTION is DEBUG."""
    return _current()[1]


def execution() -> Execution:
    return _current()[2]


@cache
def _current() -> tuple[Limits, Exposure, Execution]:
    """Parse the setting once, as each request needs it several times."""
    given = getattr(settings, NAME, {})
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    with_default = {"INTROSPECTION": settings.DEBUG, **given}
    return (
        Limits(**_part(Limits, given)),
        Exposure(**_part(Exposure, with_default)),
        Execution(**_part(Execution, given)),
    )


def clear_with_settings(*, setting: str, **_kwargs: Any) -> None:
    """Receive `setting_changed`, which tests send."""
    if setting in {NAME, "DEBUG"}:
        _current.cache_clear()


def _part(of: Any, given: dict[str, Any]) -> dict[str, Any]:
    names = {field.name.upper(): field.name for field in fields(of)}
    return {names[name]: value for name, value in given.items() if name in names}


def mistakes(given: Any) -> Iterator[str]:
    """Yield a sentence for each mistake in a value of the setting."""
    return dictionary_mistakes(NAME, given, KNOWN, _requirement)


def _requirement(name: str, value: Any) -> str:
    if name in _NUMBERS:
        valid = type(value) is int and value > 0
        return "" if valid else "must be a positive integer"
    if name == "TRUSTED_DOCUMENTS":
        return "" if isinstance(value, str | PathLike) else "must be a path"
    return "" if isinstance(value, bool) else "must be True or False"
