"""How often an account, and an address, may send mutations."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionSetNode,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from schema.limits import LIMIT_EXCEEDED
from schema.rates import address_of, spend


class MutationThrottle(SchemaExtension):
    """Answers 429 to who sends too many, before any of them is executed.

    Each field of `Mutation` counts: to put many into one document does not make them fewer.
    """

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        if context.operation_type is OperationType.MUTATION and context.graphql_document:
            count = _fields(context.graphql_document, context.operation_name)
            self._count(count)
        yield

    def _count(self, fields: int) -> None:
        context = self.execution_context.context
        user = getattr(context.request, "user", None)
        waits = [0]
        if user and user.is_authenticated:
            waits.append(spend("MUTATIONS_PER_ACCOUNT", str(user.pk), fields))
        if address := address_of(context.request):
            waits.append(spend("MUTATIONS_PER_ADDRESS", address, fields))
        if wait := max(waits):
            if context.response is not None:
                context.response.status_code = 429
                context.response["Retry-After"] = str(wait)
            message = f"Too many changes in a short time. Try again in {wait:,} seconds."
            raise GraphQLError(message, extensions={"code": LIMIT_EXCEEDED, "retryAfter": wait})


def _fields(document: DocumentNode, operation_name: str | None) -> int:
    """Return how many fields of `Mutation` an operation asks for."""
    operation = get_operation_ast(document, operation_name)
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return _fields_in(operation.selection_set, fragments) if operation else 0


def _fields_in(selections: SelectionSetNode, fragments: dict[str, SelectionSetNode]) -> int:
    found = 0
    for node in selections.selections:
        if isinstance(node, FieldNode):
            found += 1
        elif isinstance(node, FragmentSpreadNode):
            found += _fields_in(fragments[node.name.value], fragments)
        elif isinstance(node, InlineFragmentNode):
            found += _fields_in(node.selection_set, fragments)
    return found
