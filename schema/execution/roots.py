"""What an operation of a valid document asks for, first of all."""

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    get_operation_ast,
)

Fragments = Mapping[str, SelectionSetNode]


def root_fields(document: DocumentNode, operation_name: str | None) -> Iterator[str]:
    """Yield the names of the fields of `Query` or `Mutation`, as often as they are asked for."""
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
