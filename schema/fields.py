"""Declarations that the types of all features share."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import strawberry
from strawberry import ID


def described(text: str) -> Any:
    return strawberry.field(description=text)


def compute(type_: type, name: str, value: Callable[[Any], Any]) -> None:
    """Compute a plain attribute when it is read first: for documents that select the field.

    Strawberry reads it like any other attribute, so that its selection is compiled. In the class,
    the field is declared with `init = False`.
    """
    computed = cached_property(value)
    computed.__set_name__(type_, name)
    setattr(type_, name, computed)


@strawberry.interface(description="Something that can be found again by its id.")
class Node:
    id: ID = described("Unique among everything that has an id; stable.")
