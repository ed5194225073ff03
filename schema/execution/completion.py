"""Functions that complete values: from Python values to values of the response.

A function raises an exception for every value that it is not made for. graphql-core then completes
the value itself.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NamedTuple

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
    Undefined,
)
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema_converter import CustomGraphQLEnumType
from strawberry.types.cast import get_strawberry_type_cast

from schema.execution.sharing import SharedTuple, cache_shared

Complete = Callable[[Any], Any]
_LISTS = {list, tuple, SharedTuple}


class UnexpectedValue(Exception):
    """A value that graphql-core has to complete."""


class Completer(NamedTuple):
    """Completion of the values of one type: those of exactly the types `final` are unchanged."""

    final: frozenset[type]
    complete: Complete


class Field(NamedTuple):
    key: str
    get: Complete
    final: frozenset[type]
    complete: Complete


def list_completer(item: Completer) -> Completer:
    final, complete_item = item

    def complete(values: Any) -> list[Any]:
        if type(values) not in _LISTS:
            raise UnexpectedValue  # an iterator can be read only once
        return [value if type(value) in final else complete_item(value) for value in values]

    return Completer(frozenset(), cache_shared(complete))


def abstract_completer(members: Mapping[int, Complete]) -> Completer:
    """Complete values of an abstract type, by the ids of Strawberry's definitions of its members.

    Strawberry finds the type of a value by the same definition.
    """

    def complete(value: Any) -> Any:
        if get_strawberry_type_cast(value) is not None:
            raise UnexpectedValue
        return members[id(value.__strawberry_definition__)](value)

    return Completer(frozenset(), complete)


def complete_fields(fields: list[Field], origin: type, check: Callable[[Any], None]) -> Complete:
    """Return a function that completes instances of `origin`, and others that pass `check`."""
    unchecked = origin if _is_ordinary(origin) else None

    def complete(value: Any) -> dict[str, Any]:
        if type(value) is not unchecked or get_strawberry_type_cast(value) is not None:
            check(value)
        answer = {}
        for key, get, final, complete_field in fields:
            found = get(value)
            answer[key] = found if type(found) in final else complete_field(found)
        return answer

    return complete


def _is_ordinary(class_: type) -> bool:
    """Return True if instances are neither exceptions nor awaitable, and have plain attributes."""
    special = ("__await__", "__getattr__")
    return (
        not issubclass(class_, Exception)
        and not any(hasattr(class_, name) for name in special)
        and class_.__getattribute__ is object.__getattribute__
    )


def instance_check(is_type_of: Any) -> Callable[[Any], None]:
    """Return a function that raises UnexpectedValue for values of other types."""

    def check(value: Any) -> None:
        _raise_if_special(value)
        if is_type_of and not is_type_of(value, None):  # Strawberry's own, which ignores the info
            raise UnexpectedValue

    return check


def _raise_if_special(value: Any) -> None:
    missing = value is None or value is Undefined
    if missing or isinstance(value, Exception) or optimized_is_awaitable(value):
        raise UnexpectedValue


def leaf_completer(type_: Any) -> Completer:
    """Complete scalars and members of enums."""

    def coerce(value: Any) -> Any:
        _raise_if_special(value)
        coerced = type_.coerce_output_value(value)
        _raise_if_special(coerced)
        return coerced

    if type_ is GraphQLString or type_ is GraphQLID:
        return Completer(frozenset([str]), coerce)
    if type_ is GraphQLBoolean:
        return Completer(frozenset([bool]), coerce)
    return Completer(frozenset(), _fast_path(type_, coerce))


def _fast_path(type_: Any, coerce: Complete) -> Complete:
    """Return a function with the results of `coerce`, which is faster for common values."""
    if type_ is GraphQLInt:
        return lambda value: (
            value
            if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT
            else coerce(value)
        )
    if type_ is GraphQLFloat:
        return lambda value: value if type(value) is float and isfinite(value) else coerce(value)
    if type(type_) is CustomGraphQLEnumType:
        # By the ids of members, which live as long as the type; not every member is hashable.
        members: list[Any] = list(type_.wrapped_cls)
        names = {id(member): type_.coerce_output_value(member) for member in members}
        return lambda value: names.get(id(value)) or coerce(value)
    return coerce
