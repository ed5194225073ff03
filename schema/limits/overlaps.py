"""What a document asks for more than once.

Whether fields that meet under one name can be merged is for a rule of graphql-core to say, which
compares each with each: 10 kB can keep it busy for seconds.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)

Fragments = Mapping[str, SelectionSetNode]


def overlaps(roots: Sequence[SelectionSetNode], fragments: Fragments, *, most: int) -> int:
    """Return how many pairs of fields or spreads meet; stops once there are more than `most`.

    The time is linear in the fields that there are when all fragments are spread out.
    """
    found = 0
    levels = [[root] for root in roots]
    while levels and found <= most:
        spreads = 0
        named: defaultdict[str, list[FieldNode]] = defaultdict(list)
        for node in _level(levels.pop(), fragments):
            if isinstance(node, FieldNode):
                named[(node.alias or node.name).value].append(node)
            else:
                spreads += 1
        found += _pairs(spreads) + sum(_pairs(len(nodes)) for nodes in named.values())
        below = ([n.selection_set for n in nodes if n.selection_set] for nodes in named.values())
        levels += filter(None, below)
    return found


def _level(sets: Sequence[SelectionSetNode], fragments: Fragments) -> Iterator[SelectionNode]:
    """Yield the fields and spreads of one level of the answer, each fragment opened once."""
    left, opened = list(sets), set()
    while left:
        for node in left.pop().selections:
            if isinstance(node, InlineFragmentNode):
                left.append(node.selection_set)
                continue
            yield node
            if isinstance(node, FragmentSpreadNode) and node.name.value not in opened:
                opened.add(node.name.value)
                if inner := fragments.get(node.name.value):
                    left.append(inner)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
