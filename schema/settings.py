"""The setting NOTIFICATION_GRAPHQL: what a request may ask for, what is told and run, and how."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from os import PathLike
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NAME = "NOTIFICATION_GRAPHQL"


@dataclass(frozen=True, slots=True)
class Limits:
    """The whole numbers in NOTIFICATION_GRAPHQL, in capitals; README.md has a table of it."""

    max_body_size: int = 250_000
    max_tokens: int = 2_000
    max_depth: int = 30
    max_fields: int = 2_000
    max_root_fields: int = 100
    max_aliases: int = 100
    max_overlaps: int = 2_000
    max_cost: int = 300_000
    max_matrices: int = 100
    max_entries: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Whether strangers are told of the schema, and what they may have run."""

    introspection: bool
    trusted_documents: str | PathLike[str] = ""
    trusted_documents_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How documents are executed; what is answered does not depend on it."""

    compiled: bool = True


_NUMBERS = tuple(field.name.upper() for field in fields(Limits))
KNOWN = tuple(
    field.name.upper() for part in (Limits, Exposure, Execution) for field in fields(part)
)


def limits() -> Limits:
    """Return what holds now. Equal settings make equal values, which caches may go by."""
    return Limits(**_part(Limits, _given()))


def exposure() -> Exposure:
    """Return what holds now. In production the schema is not told of unless the setting says so."""
    return Exposure(**_part(Exposure, {"INTROSPECTION": settings.DEBUG, **_given()}))


def execution() -> Execution:
    return Execution(**_part(Execution, _given()))


def _part(of: Any, given: dict[str, Any]) -> dict[str, Any]:
    names = {field.name.upper(): field.name for field in fields(of)}
    return {names[name]: value for name, value in given.items() if name in names}


def _given() -> dict[str, Any]:
    given: dict[str, Any] = getattr(settings, NAME, {})
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    return given


def mistakes(given: Any) -> Iterator[str]:
    """Yield a sentence for everything that is wrong with a value of the setting."""
    if not isinstance(given, dict):
        yield f"{NAME} is {given!r}, which is no dictionary."
        return
    for name, value in given.items():
        if name not in KNOWN:
            yield f"{NAME} has the key {name!r}, which means nothing."
        elif wrong := _mistake(name, value):
            yield f"{NAME}[{name!r}] is {value!r}, which is {wrong}."


def _mistake(name: str, value: Any) -> str:
    if name in _NUMBERS:
        fits = type(value) is int and value > 0
        return "" if fits else "no whole number from 1"
    if name == "TRUSTED_DOCUMENTS":
        return "" if isinstance(value, str | PathLike) else "no path"
    return "" if isinstance(value, bool) else "neither True nor False"
