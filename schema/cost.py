"""What a document asks for, counted before anything else looks at it.

Each fragment is counted once, however often it is spread, and without recursion: the time is linear
in the document. Documents that are wrong in other ways are counted as far as they make sense.
"""

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

CEILING = 1_000_000_000
"""Where counting stops."""

LISTS = {
    "backends": 5,
    "cells": 5,
    "edges": 100,
    "entries": 100,
    "groupNames": 3,
    "groups": 10,
    "matrices": 3,
    "nodes": 100,
    "notifications": 50,
    "permissions": 5,
    "problems": 50,
    "results": 50,
    "withheld": 20,
    # Of the schema itself:
    "args": 3,
    "directives": 10,
    "enumValues": 5,
    "fields": 5,
    "inputFields": 3,
    "interfaces": 2,
    "locations": 10,
    "possibleTypes": 5,
    "types": 50,
}
"""How many entries each list is taken to have, by the name of its field."""


@dataclass(slots=True)
class Count:
    """What an operation or a fragment asks for."""

    depth: int = 0
    fields: int = 0
    root_fields: int = 0
    aliases: int = 0
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a fragment is spread: below so many fields, and so many times."""

    name: str
    depth: int
    times: int


@dataclass(slots=True, eq=False)
class Part:
    """An operation or a fragment: what it asks for, and what it spreads."""

    definition: ExecutableDefinitionNode
    count: Count = field(default_factory=Count)
    spreads: list[Spread] = field(default_factory=list)
    counted: bool = False
    """Whether `count` has what is spread, too."""

    def add(self, spread: Spread, found: Count) -> None:
        count = self.count
        count.depth = max(count.depth, spread.depth + found.depth)
        count.fields = min(count.fields + found.fields, CEILING)
        count.aliases = min(count.aliases + found.aliases, CEILING)
        count.cost = min(count.cost + spread.times * found.cost, CEILING)
        if not spread.depth:
            count.root_fields = min(count.root_fields + found.root_fields, CEILING)


class Counter:
    """Counts what a document asks for."""

    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.rings: list[str] = []
        """Fragments that are spread within themselves, which adds nothing to the counts."""
        parts = [
            self._part(definition)
            for definition in document.definitions
            if isinstance(definition, ExecutableDefinitionNode)
        ]
        self._fragments = {
            part.definition.name.value: part
            for part in parts
            if isinstance(part.definition, FragmentDefinitionNode)
        }
        operations = [p for p in parts if isinstance(p.definition, OperationDefinitionNode)]
        self.roots = [part for part in (*operations, *parts) if self._counts(part)]
        """Operations, and fragments that none of them reaches."""

    @property
    def fragments(self) -> dict[str, SelectionSetNode]:
        return {name: part.definition.selection_set for name, part in self._fragments.items()}

    def total(self) -> Count:
        """Return the deepest and costliest of the operations, and the sums of all else."""
        counts = [part.count for part in self.roots]
        return Count(
            depth=max((count.depth for count in counts), default=0),
            fields=sum(count.fields for count in counts),
            root_fields=sum(max(count.root_fields, 1) for count in counts),
            aliases=sum(count.aliases for count in counts),
            cost=max((count.cost for count in counts), default=0),
        )

    def _counts(self, part: Part) -> bool:
        """Count a part after all that it spreads; whether it had not been counted before."""
        if part.counted:
            return False
        waiting, opened = [part], set[Part]()
        while waiting:
            top = waiting[-1]
            if top.counted:
                waiting.pop()
            elif top in opened:
                for spread in top.spreads:
                    if (inner := self._fragments.get(spread.name)) and inner.counted:
                        top.add(spread, inner.count)
                top.counted = True
            else:
                opened.add(top)
                for spread in top.spreads:
                    inner = self._fragments.get(spread.name)
                    if inner and inner in opened and not inner.counted:
                        self.rings.append(spread.name)
                    elif inner:
                        waiting.append(inner)
        return True

    def _part(self, definition: ExecutableDefinitionNode) -> Part:
        """Walk one definition, without opening what it spreads."""
        part = Part(definition)
        own = part.count
        left = [(definition.selection_set, self._type_of(definition), 0, 1)]
        while left:
            selections, parent, depth, times = left.pop()
            for node in selections.selections:
                if isinstance(node, FragmentSpreadNode):
                    part.spreads.append(Spread(node.name.value, depth, times))
                elif isinstance(node, InlineFragmentNode):
                    left.append((node.selection_set, self._type_on(node, parent), depth, times))
                elif isinstance(node, FieldNode):
                    own.depth = max(own.depth, depth + 1)
                    own.fields += 1
                    own.root_fields += not depth
                    own.aliases += node.alias is not None
                    own.cost += times
                    if node.selection_set:
                        type_, entries = self._below(parent, node.name.value)
                        below = min(times * entries, CEILING)
                        left.append((node.selection_set, type_, depth + 1, below))
        return part

    def _type_of(self, definition: ExecutableDefinitionNode) -> GraphQLNamedType | None:
        if isinstance(definition, OperationDefinitionNode):
            return self._schema.get_root_type(definition.operation)
        return self._type_on(definition, None)

    def _type_on(
        self, node: ExecutableDefinitionNode | InlineFragmentNode, parent: GraphQLNamedType | None
    ) -> GraphQLNamedType | None:
        condition = getattr(node, "type_condition", None)
        return self._schema.get_type(condition.name.value) if condition else parent

    def _below(
        self, parent: GraphQLNamedType | None, name: str
    ) -> tuple[GraphQLNamedType | None, int]:
        """Return what a field leads to, and how many of it."""
        known = is_composite_type(parent) and self._schema.get_field(parent, name)
        if not known:
            return None, 1
        return get_named_type(known.type), LISTS.get(name, 1) if _is_list(known) else 1


def _is_list(field_: GraphQLField) -> bool:
    type_ = field_.type
    return is_list_type(type_.of_type if is_non_null_type(type_) else type_)
