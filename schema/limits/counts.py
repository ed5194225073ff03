"""Counts of a document: depth, fields, root fields, aliases and overlapping selections.

They are computed before validation, so that a document that is too large costs little. Each walk
is iterative and opens a fragment once. Invalid documents are counted as far as possible.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

CEILING = 1_000_000_000
"""Highest count: a larger one counts as this."""

Fragments = Mapping[str, SelectionSetNode]


@dataclass(slots=True)
class Count:
    """Numbers of one operation, one fragment or a whole document."""

    depth: int = 0
    fields: int = 0
    root_fields: int = 0
    aliases: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """A spread of a fragment, below `depth` fields."""

    name: str
    depth: int


@dataclass(slots=True, eq=False)
class Definition:
    """An operation or a fragment with its count and its spreads."""

    node: ExecutableDefinitionNode
    count: Count = field(default_factory=Count)
    spreads: list[Spread] = field(default_factory=list)
    is_complete: bool = False
    """True once `count` includes the spread fragments."""

    def add(self, spread: Spread, fragment: Count) -> None:
        count = self.count
        count.depth = max(count.depth, spread.depth + fragment.depth)
        count.fields = min(count.fields + fragment.fields, CEILING)
        count.aliases = min(count.aliases + fragment.aliases, CEILING)
        if not spread.depth:
            count.root_fields = min(count.root_fields + fragment.root_fields, CEILING)


class DocumentCounts:
    """Counts of one document with several operations and fragments."""

    def __init__(self, document: DocumentNode) -> None:
        self.cycles: list[str] = []
        """Names of fragments that are spread within themselves. They add nothing to the counts."""
        definitions = [
            _count(node)
            for node in document.definitions
            if isinstance(node, ExecutableDefinitionNode)
        ]
        self._fragments = {
            definition.node.name.value: definition
            for definition in definitions
            if isinstance(definition.node, FragmentDefinitionNode)
        }
        operations = [d for d in definitions if isinstance(d.node, OperationDefinitionNode)]
        self._roots: list[Definition] = []
        """Operations, and fragments that none of them reaches."""
        for definition in (*operations, *definitions):
            if not definition.is_complete:
                self._roots.append(definition)
                self._complete(definition)

    def total(self) -> Count:
        """Return the depth of the deepest operation, and the sums of all other counts."""
        counts = [definition.count for definition in self._roots]
        return Count(
            depth=max((count.depth for count in counts), default=0),
            fields=sum(count.fields for count in counts),
            # Each definition counts, so that a document of many empty ones is refused, too.
            root_fields=sum(max(count.root_fields, 1) for count in counts),
            aliases=sum(count.aliases for count in counts),
        )

    def overlaps(self, *, limit: int) -> int:
        """Return the number of pairs of fields with one response name, and of pairs of spreads.

        graphql-core compares all such pairs to find out if they can be merged, which takes seconds
        for some documents of 10 kB. The time of this method is linear in the number of fields with
        all fragments opened. It stops when there are more than `limit`.
        """
        fragments = {name: found.node.selection_set for name, found in self._fragments.items()}
        levels = [[definition.node.selection_set] for definition in self._roots]
        found = 0
        while levels and found <= limit:
            spreads = 0
            fields: defaultdict[str, list[FieldNode]] = defaultdict(list)
            for node in _open(levels.pop(), fragments):
                if isinstance(node, FieldNode):
                    fields[(node.alias or node.name).value].append(node)
                else:
                    spreads += 1
            found += _pairs(spreads) + sum(_pairs(len(nodes)) for nodes in fields.values())
            for nodes in fields.values():
                below = [node.selection_set for node in nodes if node.selection_set]
                levels += [below] if below else []
        return found

    def _complete(self, definition: Definition) -> None:
        """Add the counts of all spread fragments, and complete these."""
        stack, opened = [definition], set[Definition]()
        while stack:
            top = stack[-1]
            if top.is_complete:
                stack.pop()
            elif top in opened:
                for spread in top.spreads:
                    if (inner := self._fragments.get(spread.name)) and inner.is_complete:
                        top.add(spread, inner.count)
                top.is_complete = True
            else:
                opened.add(top)
                for spread in top.spreads:
                    inner = self._fragments.get(spread.name)
                    if inner and inner in opened and not inner.is_complete:
                        self.cycles.append(spread.name)
                    elif inner:
                        stack.append(inner)


def _count(node: ExecutableDefinitionNode) -> Definition:
    """Count one definition without the fragments that it spreads."""
    definition = Definition(node)
    count = definition.count
    remaining = [(node.selection_set, 0)]
    while remaining:
        selections, depth = remaining.pop()
        for selection in selections.selections:
            if isinstance(selection, FragmentSpreadNode):
                definition.spreads.append(Spread(selection.name.value, depth))
            elif isinstance(selection, InlineFragmentNode):
                remaining.append((selection.selection_set, depth))
            elif isinstance(selection, FieldNode):
                count.depth = max(count.depth, depth + 1)
                count.fields += 1
                count.root_fields += not depth
                count.aliases += selection.alias is not None
                if selection.selection_set:
                    remaining.append((selection.selection_set, depth + 1))
    return definition


def _open(sets: Sequence[SelectionSetNode], fragments: Fragments) -> Iterator[SelectionNode]:
    """Yield the fields and spreads of one level of the response, each fragment opened once."""
    remaining, opened = list(sets), set()
    while remaining:
        for node in remaining.pop().selections:
            if isinstance(node, InlineFragmentNode):
                remaining.append(node.selection_set)
                continue
            yield node
            if isinstance(node, FragmentSpreadNode) and node.name.value not in opened:
                opened.add(node.name.value)
                if inner := fragments.get(node.name.value):
                    remaining.append(inner)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
