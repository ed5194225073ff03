"""Comparison of a schema with a contract. Additions are compatible."""

from collections.abc import Iterator

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
    is_specified_scalar_type,
)


def breaches(contract: GraphQLSchema, schema: GraphQLSchema) -> list[str]:
    """Return a line for each part of the contract that is missing or different in the schema."""
    return [
        breach for promised in own_types(contract) for breach in _type(promised, schema.type_map)
    ]


def own_types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for type_ in schema.type_map.values():
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_):
            yield type_


def _type(promised: GraphQLNamedType, types: dict[str, GraphQLNamedType]) -> Iterator[str]:
    found = types.get(promised.name)
    if found is None:
        yield f"{promised.name}: missing"
    elif type(found) is not type(promised):
        yield f"{promised.name}: another kind of type"
    else:
        for member in sorted(_members(promised) - _members(found)):
            yield f"{promised.name}: {member} is missing"
        yield from _fields(promised, found)


def _members(type_: GraphQLNamedType) -> set[str]:
    """Values of an enum, types of a union, interfaces that a type implements."""
    match type_:
        case GraphQLEnumType():
            return set(type_.values)
        case GraphQLUnionType():
            return {member.name for member in type_.types}
        case GraphQLObjectType() | GraphQLInterfaceType():
            return {interface.name for interface in type_.interfaces}
    return set()


def _fields(promised: GraphQLNamedType, found: GraphQLNamedType) -> Iterator[str]:
    before, after = fields_of(promised), fields_of(found)
    for name, field in before.items():
        place = f"{promised.name}.{name}"
        if name not in after:
            yield f"{place}: missing"
            continue
        if str(after[name].type) != str(field.type):
            yield f"{place}: {after[name].type}, not {field.type}"
        yield from _arguments(place, arguments_of(field), arguments_of(after[name]))
    for name, extra in after.items():
        if (
            name not in before
            and isinstance(extra, GraphQLInputField)
            and is_required_input_field(extra)
        ):
            yield f"{promised.name}.{name}: new, and required"


def _arguments(
    place: str, before: dict[str, GraphQLArgument], after: dict[str, GraphQLArgument]
) -> Iterator[str]:
    for name, argument in before.items():
        if name not in after:
            yield f"{place}({name}:): missing"
        elif str(after[name].type) != str(argument.type):
            yield f"{place}({name}:): {after[name].type}, not {argument.type}"
    for name, argument in after.items():
        if name not in before and is_required_argument(argument):
            yield f"{place}({name}:): new, and required"


def fields_of(type_: GraphQLNamedType) -> dict[str, GraphQLField | GraphQLInputField]:
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return dict(type_.fields)
    return {}


def arguments_of(field: GraphQLField | GraphQLInputField) -> dict[str, GraphQLArgument]:
    return field.args if isinstance(field, GraphQLField) else {}
