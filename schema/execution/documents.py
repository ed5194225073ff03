"""Parsed documents: their root fields, their size in memory, and the selection of IDs."""

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

TOKEN = 550
"""Bytes of the objects that the parser creates for each token."""
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
    """Estimate the bytes of the document to which a node belongs, with its text.

    Caches that are keyed by a document keep it in memory. The cache of parsed documents counts it.
    The other caches have room for fewer documents, most of which are in that cache as well.
    """
    if node is None or node.loc is None:
        return TOKEN
    return 2 * getsizeof(node.loc.source.body) + TOKEN * sum(1 for _ in tokens(node))


def tokens(node: Node) -> Iterator[Token]:
    """Yield all tokens of the document to which a node belongs: fragments may precede it."""
    token = node.loc.start_token if node.loc else None
    while token is not None and token.prev is not None:
        token = token.prev
    while token is not None:
        yield token
        token = token.next


def selects_id(node: DocumentNode | OperationDefinitionNode) -> bool:
    """Return True if the document may select a field `id`, in any operation or fragment."""
    return node.loc is None or any(token.value == "id" for token in tokens(node))
