"""Counts of a document: depth, fields, root fields and aliases.

They are taken before validation, so that a document that is too large costs little. The walk visits
each fragment once, however often it is spread, and does not recurse: its time is linear in the
document. It counts invalid documents as far as they make sense.
"""

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

CEILING = 1_000_000_000
"""Highest count: a larger one counts as this."""


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
class Part:
    """An operation or a fragment with its count and its spreads."""

    definition: ExecutableDefinitionNode
    count: Count = field(default_factory=Count)
    spreads: list[Spread] = field(default_factory=list)
    counted: bool = False
    """True once `count` includes the spread fragments."""

    def add(self, spread: Spread, found: Count) -> None:
        count = self.count
        count.depth = max(count.depth, spread.depth + found.depth)
        count.fields = min(count.fields + found.fields, CEILING)
        count.aliases = min(count.aliases + found.aliases, CEILING)
        if not spread.depth:
            count.root_fields = min(count.root_fields + found.root_fields, CEILING)


class Counter:
    """Counts one document."""

    def __init__(self, document: DocumentNode) -> None:
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
        """Return the depth of the deepest operation, and the sums of all other counts."""
        counts = [part.count for part in self.roots]
        return Count(
            depth=max((count.depth for count in counts), default=0),
            fields=sum(count.fields for count in counts),
            root_fields=sum(max(count.root_fields, 1) for count in counts),
            aliases=sum(count.aliases for count in counts),
        )

    def _counts(self, part: Part) -> bool:
        """Count a part after all that it spreads. Return False if it was counted before."""
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
        """Count one definition without its spreads."""
        part = Part(definition)
        own = part.count
        left = [(definition.selection_set, 0)]
        while left:
            selections, depth = left.pop()
            for node in selections.selections:
                if isinstance(node, FragmentSpreadNode):
                    part.spreads.append(Spread(node.name.value, depth))
                elif isinstance(node, InlineFragmentNode):
                    left.append((node.selection_set, depth))
                elif isinstance(node, FieldNode):
                    own.depth = max(own.depth, depth + 1)
                    own.fields += 1
                    own.root_fields += not depth
                    own.aliases += node.alias is not None
                    if node.selection_set:
                        left.append((node.selection_set, depth + 1))
        return part
