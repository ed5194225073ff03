"""Functions from a value to what is answered of it; they raise where graphql-core has to look."""

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

from schema.execution.sharing import SharedTuple, remembered

Complete = Callable[[Any], Any]
_LISTS = {list, tuple, SharedTuple}


class Unforeseen(Exception):
    """A value that is left to graphql-core."""


class Completion(NamedTuple):
    """How values are completed: those of exactly the types `as_is` are complete as they are."""

    as_is: frozenset[type]
    of: Complete


class Field(NamedTuple):
    key: str
    get: Complete
    as_is: frozenset[type]
    of: Complete


def of_list(item: Completion) -> Completion:
    as_is, of = item

    def complete(values: Any) -> list[Any]:
        if type(values) not in _LISTS:
            raise Unforeseen  # it may be one that can be read only once
        return [value if type(value) in as_is else of(value) for value in values]

    return Completion(frozenset(), remembered(complete))


def of_abstract(known: Mapping[int, Complete]) -> Completion:
    """Go by the ids of Strawberry's definitions, as Strawberry does for its own types."""

    def complete(value: Any) -> Any:
        if get_strawberry_type_cast(value) is not None:
            raise Unforeseen
        return known[id(value.__strawberry_definition__)](value)

    return Completion(frozenset(), complete)


def of_fields(
    fields: list[Field],
    origin: type,
    check: Callable[[Any], None],
) -> Complete:
    usual = origin if _is_usual(origin) else None

    def complete(value: Any) -> dict[str, Any]:
        if type(value) is not usual or get_strawberry_type_cast(value) is not None:
            check(value)
        answer = {}
        for key, get, as_is, of in fields:
            found = get(value)
            answer[key] = found if type(found) in as_is else of(found)
        return answer

    return complete


def _is_usual(class_: type) -> bool:
    """Whether instances are what they seem to be: no exceptions, and nothing to be awaited."""
    unusual = ("__await__", "__getattr__")
    return (
        not issubclass(class_, Exception)
        and not any(hasattr(class_, name) for name in unusual)
        and class_.__getattribute__ is object.__getattribute__
    )


def checked(is_type_of: Any) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        _raise_if_special(value)
        if is_type_of and not is_type_of(value, None):  # Strawberry's own, which needs no info
            raise Unforeseen

    return check


def _raise_if_special(value: Any) -> None:
    nothing = value is None or value is Undefined
    if nothing or isinstance(value, Exception) or optimized_is_awaitable(value):
        raise Unforeseen


def of_leaf(type_: Any) -> Completion:
    def other(value: Any) -> Any:
        _raise_if_special(value)
        coerced = type_.coerce_output_value(value)
        _raise_if_special(coerced)
        return coerced

    if type_ is GraphQLString or type_ is GraphQLID:
        return Completion(frozenset([str]), other)
    if type_ is GraphQLBoolean:
        return Completion(frozenset([bool]), other)
    return Completion(frozenset(), _quick(type_, other))


def _quick(type_: Any, other: Complete) -> Complete:
    """Return what does as graphql-core does, sooner for the values that are to be expected."""
    if type_ is GraphQLInt:
        return lambda value: (
            value
            if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT
            else other(value)
        )
    if type_ is GraphQLFloat:
        return lambda value: value if type(value) is float and isfinite(value) else other(value)
    if type(type_) is CustomGraphQLEnumType:
        # By the ids of members, which live as long as the type; not every member can be hashed.
        members: list[Any] = list(type_.wrapped_cls)
        names = {id(member): type_.coerce_output_value(member) for member in members}
        return lambda value: names.get(id(value)) or other(value)
    return other
