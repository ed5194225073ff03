"""Parsed documents: their root fields, their size in memory, and the selection of IDs."""

import re
from collections.abc import Iterator, Mapping
from sys import getsizeof

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    Token,
    get_operation_ast,
)
from strawberry import Info

from notifications.caches import Cache, IdentityKey

TOKEN = 550
"""Bytes of the objects that the parser creates for each token."""

_ID = re.compile(r"\bid\b")
Fragments = Mapping[str, SelectionSetNode]


def root_fields(document: DocumentNode, operation_name: str | None) -> Iterator[str]:
    """Yield the names of the fields of `Query` or `Mutation`, once for each selection.

    The document must be valid.
    """
    if operation := get_operation_ast(document, operation_name):
        fragments = {
            node.name.value: node.selection_set
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        yield from _fields(operation.selection_set, fragments)


def _fields(selections: SelectionSetNode, fragments: Fragments) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(fragments[node.name.value], fragments)


def weigh(node: Node | None) -> int:
    """Estimate the bytes of a document with its text, or of the part that begins with a node.

    Caches that are keyed by a document keep it in memory. The cache of parsed documents counts it.
    The other caches have room for fewer documents, most of which are in that cache as well.
    """
    if node is None or node.loc is None:
        return TOKEN
    return 2 * getsizeof(node.loc.source.body) + TOKEN * sum(1 for _ in tokens(node))


def tokens(node: Node) -> Iterator[Token]:
    """Yield the tokens from the first of the node to the end of the document."""
    token = node.loc.start_token if node.loc else None
    while token is not None:
        yield token
        token = token.next


_selects_ids: Cache[IdentityKey, bool] = Cache(
    "selected ids", share=0.02, weigh=lambda key, _found: weigh(key.objects[0]) // 5
)
"""Results of `contains_id` by operation: comments make some documents long."""


def selects_ids(info: Info) -> bool:
    """Return True if the document of a request may select a field `id`."""
    operation = info._raw_info.operation
    key = IdentityKey(operation)
    found = _selects_ids.get(key)
    return _selects_ids.put(key, contains_id(operation)) if found is None else found


def contains_id(node: DocumentNode | OperationDefinitionNode) -> bool:
    """Return True if the text of the node's document contains the name `id`."""
    return node.loc is None or _ID.search(node.loc.source.body) is not None
