"""Compiles a selection of plain fields into a function from a value to what is answered of it.

A field is plain if Strawberry reads it from an attribute: it has no resolver, no arguments, no
permissions and no extensions. What such a function does not foresee it raises an exception for,
whatever the exception; then graphql-core completes the value, so that all nulls, errors and paths
are graphql-core's own.
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
    Completion,
    Field,
    checked,
    of_abstract,
    of_fields,
    of_leaf,
    of_list,
)
from schema.execution.sharing import Shareable, remembered


class NotPlain(Exception):
    """A selection that is left to graphql-core."""


class Compiler:
    """Compiles what one document selects, given what it skips and includes, and knows it then.

    It keeps no executor, and so nothing of a request.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], Completion | None] = {}
        self._lock = RLock()

    def completion(
        self, executor: Executor[Any], type_: GraphQLOutputType, details: FieldDetailsList
    ) -> Completion | None:
        """Return how to complete values of a list, an object or an abstract type, if it is known.

        Types and nodes go by their ids: whoever keeps a compiler keeps them, too.
        """
        key = (id(type_), *[id(detail.node) for detail in details])
        if key not in self._known:
            with self._lock:  # or a thread takes what another has not finished for what cannot be
                self._compile(key, executor, type_, details)
        return self._known[key]

    def _compile(
        self,
        key: tuple[int, ...],
        executor: Executor[Any],
        type_: GraphQLOutputType,
        details: FieldDetailsList,
    ) -> None:
        if key not in self._known:
            self._known[key] = None  # also what a selection finds that contains itself
            with suppress(Exception):
                self._known[key] = self._composite(executor, type_, details)

    def _composite(
        self, executor: Executor[Any], type_: Any, details: FieldDetailsList
    ) -> Completion:
        if isinstance(type_, GraphQLList):
            return of_list(self._nested(executor, type_.of_type, details))
        if is_abstract_type(type_):
            return self._of_abstract(executor, type_, details)
        return self._of_object(executor, type_, details)

    def _nested(self, executor: Executor[Any], type_: Any, details: FieldDetailsList) -> Completion:
        required = isinstance(type_, GraphQLNonNull)
        inner = type_.of_type if required else type_
        leaf = is_leaf_type(inner)
        found = of_leaf(inner) if leaf else self.completion(executor, inner, details)
        if found is None:
            raise NotPlain
        return found if required else found._replace(as_is=found.as_is | {NoneType})

    def _of_object(
        self, executor: Executor[Any], type_: GraphQLObjectType, details: FieldDetailsList
    ) -> Completion:
        definition = _definition(type_)
        if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of:
            raise NotPlain
        selected = executor.collect_subfields(type_, details).grouped_field_set
        fields = [self._field(executor, type_, key, found) for key, found in selected.items()]
        complete = of_fields(fields, definition.origin, checked(type_.is_type_of))
        if issubclass(definition.origin, Shareable):
            complete = remembered(complete)
        return Completion(frozenset(), complete)

    def _field(
        self, executor: Executor[Any], type_: GraphQLObjectType, key: str, details: FieldDetailsList
    ) -> Field:
        node = details[0].node
        name = node.name.value
        if name == "__typename":
            return Field(key, lambda _value: type_.name, frozenset([str]), str)
        field = executor.schema.get_field(type_, name)
        if field is None or node.arguments or not _is_plain(field, type_):
            raise NotPlain
        found = self._nested(executor, field.type, details)
        return Field(key, attrgetter(_definition(field).python_name), found.as_is, found.of)

    def _of_abstract(
        self, executor: Executor[Any], type_: Any, details: FieldDetailsList
    ) -> Completion:
        """Know what can be known: values of other types are unforeseen."""
        known: dict[int, Complete] = {}
        for member in executor.schema.get_possible_types(type_):
            found = self.completion(executor, member, details)
            if found and _resolves(type_, member):
                known[id(_definition(member))] = found.of
        if not known:
            raise NotPlain
        return of_abstract(known)


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
        and not hasattr(resolve, "__wrapped__")  # by somebody who wants to see each call
        and not field.args
        and not _is_async(getattr_static(_definition(type_).origin, definition.python_name, None))
    )


def _is_async(attribute: Any) -> bool:
    """Whether to read it makes a coroutine, which must not be made in vain."""
    return isinstance(attribute, property) and iscoroutinefunction(attribute.fget)


def _resolves(abstract: Any, member: GraphQLObjectType) -> bool:
    """Whether Strawberry takes an instance of the class for the type, and asks nobody else."""
    definition, of = _definition(member), _definition(abstract)
    if isinstance(of, StrawberryObjectDefinition):
        own = of.resolve_type is None and issubclass(definition.origin, of.origin)
    else:
        own = type(of) is StrawberryUnion
    return own and definition.name == member.name
