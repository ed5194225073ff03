"""Compiler of selections of plain fields, into functions that complete values.

A field is plain if Strawberry reads it from an attribute: it has no resolver, no arguments, no
permissions and no extensions. A compiled function raises an exception for every value that it is
not made for. graphql-core then completes the value, so that nulls, errors and paths are always
those of graphql-core.
"""

from contextlib import suppress
from inspect import getattr_static, iscoroutinefunction
from operator import attrgetter
from threading import RLock
from types import NoneType
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from schema.execution.completion import (
    Complete,
    Completer,
    Field,
    abstract_completer,
    complete_fields,
    instance_check,
    leaf_completer,
    list_completer,
)
from schema.execution.sharing import Shareable, cache_shared


class NotCompilable(Exception):
    """A selection that graphql-core has to execute."""


class Compiler:
    """Compiler of one document with one set of values for `@skip` and `@include`.

    It keeps every result. It keeps no executor, and so nothing of a request.
    """

    def __init__(self) -> None:
        self._completers: dict[tuple[int, ...], Completer | None] = {}
        self._lock = RLock()

    def completer(
        self, executor: Executor[Any], type_: GraphQLOutputType, details: FieldDetailsList
    ) -> Completer | None:
        """Return the completer of a list, an object or an abstract type; None: not compilable.

        The key consists of ids of types and nodes. The owner of a compiler keeps these alive.
        """
        key = (id(type_), *[id(detail.node) for detail in details])
        if key not in self._completers:
            with self._lock:  # other threads must not find an unfinished entry
                self._compile(key, executor, type_, details)
        return self._completers[key]

    def _compile(
        self,
        key: tuple[int, ...],
        executor: Executor[Any],
        type_: GraphQLOutputType,
        details: FieldDetailsList,
    ) -> None:
        if key not in self._completers:
            self._completers[key] = None  # found by a selection that contains itself
            with suppress(Exception):
                self._completers[key] = self._composite(executor, type_, details)

    def _composite(
        self, executor: Executor[Any], type_: Any, details: FieldDetailsList
    ) -> Completer:
        if isinstance(type_, GraphQLList):
            return list_completer(self._nested(executor, type_.of_type, details))
        if is_abstract_type(type_):
            return self._abstract(executor, type_, details)
        return self._object(executor, type_, details)

    def _nested(self, executor: Executor[Any], type_: Any, details: FieldDetailsList) -> Completer:
        required = isinstance(type_, GraphQLNonNull)
        inner = type_.of_type if required else type_
        leaf = is_leaf_type(inner)
        found = leaf_completer(inner) if leaf else self.completer(executor, inner, details)
        if found is None:
            raise NotCompilable
        return found if required else found._replace(final=found.final | {NoneType})

    def _object(
        self, executor: Executor[Any], type_: GraphQLObjectType, details: FieldDetailsList
    ) -> Completer:
        definition = _definition(type_)
        if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of:
            raise NotCompilable
        selected = executor.collect_subfields(type_, details).grouped_field_set
        fields = [self._field(executor, type_, key, found) for key, found in selected.items()]
        check = instance_check(type_.is_type_of)
        complete = complete_fields(fields, definition.origin, check)
        if issubclass(definition.origin, Shareable):
            complete = cache_shared(complete)
        return Completer(frozenset(), complete)

    def _field(
        self, executor: Executor[Any], type_: GraphQLObjectType, key: str, details: FieldDetailsList
    ) -> Field:
        node = details[0].node
        name = node.name.value
        if name == "__typename":
            return Field(key, lambda _value: type_.name, frozenset([str]), str)
        field = executor.schema.get_field(type_, name)
        if field is None or node.arguments or not _is_plain(field, type_):
            raise NotCompilable
        nested = self._nested(executor, field.type, details)
        get = attrgetter(_definition(field).python_name)
        return Field(key, get, nested.final, nested.complete)

    def _abstract(
        self, executor: Executor[Any], type_: Any, details: FieldDetailsList
    ) -> Completer:
        """Compile for the possible types that can be; values of the others are unexpected."""
        members: dict[int, Complete] = {}
        for member in executor.schema.get_possible_types(type_):
            found = self.completer(executor, member, details)
            if found and _is_resolved_by_class(type_, member):
                members[id(_definition(member))] = found.complete
        if not members:
            raise NotCompilable
        return abstract_completer(members)


def _definition(of: Any) -> Any:
    return of.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)


def _is_plain(field: GraphQLField, type_: GraphQLObjectType) -> bool:
    definition, resolve = _definition(field), field.resolve
    return (
        isinstance(definition, StrawberryField)
        and definition.is_basic_field
        and definition.default_resolver is getattr
        and type(definition).get_result is StrawberryField.get_result
        and getattr(resolve, "_is_default", False)
        and not hasattr(resolve, "__wrapped__")  # instrumented by another library
        and not field.args
        and not _is_async(getattr_static(_definition(type_).origin, definition.python_name, None))
    )


def _is_async(attribute: Any) -> bool:
    """Return True if reading the attribute creates a coroutine, which must be awaited."""
    return isinstance(attribute, property) and iscoroutinefunction(attribute.fget)


def _is_resolved_by_class(abstract: Any, member: GraphQLObjectType) -> bool:
    """Return True if Strawberry resolves instances of the class to the type, without a hook."""
    definition, of = _definition(member), _definition(abstract)
    if isinstance(of, StrawberryObjectDefinition):
        by_class = of.resolve_type is None and issubclass(definition.origin, of.origin)
    else:
        by_class = type(of) is StrawberryUnion
    return by_class and definition.name == member.name
