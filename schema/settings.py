"""The setting NOTIFICATION_GRAPHQL: how much one request may ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NAME = "NOTIFICATION_GRAPHQL"


@dataclass(frozen=True, slots=True)
class Limits:
    """What NOTIFICATION_GRAPHQL may say, in capitals; README.md has a table of it."""

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


KNOWN = tuple(field.name.upper() for field in fields(Limits))


def limits() -> Limits:
    """Return what holds now. Equal settings make equal values, which caches may go by."""
    given = getattr(settings, NAME, {})
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    return Limits(**{name.lower(): value for name, value in given.items()})


def mistakes(given: Any) -> Iterator[str]:
    """Yield a sentence for everything that is wrong with a value of the setting."""
    if not isinstance(given, dict):
        yield f"{NAME} is {given!r}, which is no dictionary."
        return
    for name, value in given.items():
        if name not in KNOWN:
            yield f"{NAME} has the key {name!r}, which means nothing."
        elif type(value) is not int or value < 1:
            yield f"{NAME}[{name!r}] is {value!r}, which is no whole number from 1."
