"""Throttling of mutations, by account and by address."""

from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from schema.auth.rates import address_of, spend
from schema.errors import RATE_LIMITED
from schema.execution.documents import root_fields


class MutationThrottle(SchemaExtension):
    """Refuses too many mutations of a client with status 429, before any is executed.

    Each field of `Mutation` counts, in one document or in many.
    """

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        if context.operation_type is OperationType.MUTATION and context.graphql_document:
            self._count(len([*root_fields(context.graphql_document, context.operation_name)]))
        yield

    def _count(self, fields: int) -> None:
        context = self.execution_context.context
        user = getattr(context.request, "user", None)
        wait = 0
        if user and user.is_authenticated:
            wait = spend("MUTATIONS_PER_ACCOUNT", str(user.pk), fields)
        # An account beyond its budget must not use up that of other accounts at its address.
        wait = wait or spend("MUTATIONS_PER_ADDRESS", address_of(context.request), fields)
        if wait:
            if context.response is not None:
                context.response.status_code = 429
                context.response["Retry-After"] = str(wait)
            seconds = "1 second" if wait == 1 else f"{wait:,} seconds"
            message = f"Too many changes in a short time. Try again in {seconds}."
            raise GraphQLError(message, extensions={"code": RATE_LIMITED, "retryAfter": wait})
