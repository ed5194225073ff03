"""Declarations for the types of all features: fields, the interface Node, the scalar DateTime."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

import strawberry
from django.conf import settings
from django.utils.timezone import get_default_timezone, make_naive
from strawberry import ID


def described(text: str) -> Any:
    return strawberry.field(description=text)


def compute(type_: type, name: str, value: Callable[[Any], Any]) -> None:
    """Compute the attribute of a field when it is first read, so when a document selects it.

    To Strawberry it is a plain attribute, whose selection can be compiled. Declare the field in the
    class with `init = False`.
    """
    computed = cached_property(value)
    computed.__set_name__(type_, name)
    setattr(type_, name, computed)


@strawberry.interface(description="Object that the query `node` finds by its ID.")
class Node:
    id: ID = described("Globally unique and stable ID.")


def serialize_datetime(value: datetime) -> str:
    """Return RFC 3339. With `USE_TZ = False`, a naive value is in the time zone of the settings."""
    aware = value if value.tzinfo else value.replace(tzinfo=get_default_timezone())
    return aware.isoformat()


def parse_datetime(text: str) -> datetime:
    """Parse RFC 3339. The result is naive with `USE_TZ = False`. Raises ValueError.

    A text without an offset from UTC is refused.
    """
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC. Allowed: 2026-11-23T12:00:00+00:00.")
    return value if settings.USE_TZ else make_naive(value, get_default_timezone())


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="A date and time in RFC 3339, such as 2026-11-23T12:00:00+00:00.",
    specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
    serialize=serialize_datetime,
    parse_value=parse_datetime,
)
