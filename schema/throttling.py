"""How often an account, and an address, may send mutations."""

from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from schema.limits import LIMIT_EXCEEDED
from schema.rates import address_of, spend
from schema.roots import root_fields


class MutationThrottle(SchemaExtension):
    """Answers 429 to who sends too many, before any of them is executed.

    Each field of `Mutation` counts: to put many into one document does not make them fewer.
    """

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        if context.operation_type is OperationType.MUTATION and context.graphql_document:
            self._count(len([*root_fields(context.graphql_document, context.operation_name)]))
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
