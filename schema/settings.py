"""The setting NOTIFICATION_GRAPHQL: how much a request may ask for, and what is told and run."""

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


_NUMBERS = tuple(field.name.upper() for field in fields(Limits))
KNOWN = (*_NUMBERS, *(field.name.upper() for field in fields(Exposure)))


def limits() -> Limits:
    """Return what holds now. Equal settings make equal values, which caches may go by."""
    given = _given()
    return Limits(**{name.lower(): given[name] for name in _NUMBERS if name in given})


def exposure() -> Exposure:
    """Return what holds now. In production the schema is not told of unless the setting says so."""
    given = {"INTROSPECTION": settings.DEBUG, **_given()}
    return Exposure(
        **{name.lower(): value for name, value in given.items() if name not in _NUMBERS}
    )


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
