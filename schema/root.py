"""The GraphQL schema, put together from the features. `GraphQLView` serves it."""

import logging
from datetime import datetime
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema import node
from schema.catalogue import queries as catalogue
from schema.conf import execution, exposure, limits
from schema.deliveries import queries as deliveries
from schema.errors import HANDLERS, code_of, timed_out, truncate
from schema.execution.context import CompilingExecutionContext
from schema.extensions import MutationThrottle, OperationSignal, ReadYourWrites
from schema.fields import DATE_TIME
from schema.groups import mutations as group_mutations
from schema.groups import queries as groups
from schema.http.request_ids import new_request_id, request_id
from schema.inbox import mutations as inbox_mutations
from schema.inbox import queries as inbox
from schema.limits.parsing import LimitingParser
from schema.limits.validation import LimitingValidator
from schema.people import queries as people
from schema.preferences import mutations as preference_mutations
from schema.preferences import queries as preferences

logger = logging.getLogger(__name__)

INTERNAL = "An internal error occurred, and the request was not completed. Please try again later."
TIMED_OUT = "The database exceeded its time limit, and the request was not completed."


@strawberry.type(description="Queries.")
class Query(
    node.Query,
    people.Query,
    preferences.Query,
    groups.Query,
    catalogue.Query,
    inbox.Query,
    deliveries.Query,
):
    pass


@strawberry.type(description="Mutations.")
class Mutation(preference_mutations.Mutation, group_mutations.Mutation, inbox_mutations.Mutation):
    pass


class Schema(strawberry.Schema):
    """Schema whose errors have a code, and no details of unexpected causes."""

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002 - the hook's
    ) -> None:
        unexpected = []
        for error in errors:
            code = code_of(error)
            error.extensions = {**(error.extensions or {}), "code": code}
            if code == "INTERNAL" or timed_out(error):
                unexpected.append(error)
        _report(unexpected)
        _shorten(errors)


def _shorten(errors: list[GraphQLError]) -> None:
    """Limit the number of errors and their lengths, as they quote the request."""
    most = limits().max_errors
    rest = len(errors) - most
    if rest > 0:
        del errors[most:]
        code = (errors[0].extensions or {}).get("code")
        errors.append(GraphQLError(f"There are {rest:,} more errors.", extensions={"code": code}))
    for error in errors:
        error.message = truncate(error.message)


def _report(unexpected: list[GraphQLError]) -> None:
    """Log unexpected errors, and replace their messages by the ID of the request."""
    id_ = request_id() or new_request_id()
    for error in unexpected:
        logger.error(
            "Unexpected %s at %s.",
            type(error.original_error).__name__,
            error.path,
            exc_info=error.original_error,
            extra={"request_id": id_},
        )
        error.message = TIMED_OUT if timed_out(error) else INTERNAL
        error.extensions = {**(error.extensions or {}), "requestId": id_}


class Executor(CompilingExecutionContext):
    @classmethod
    def build(cls, *args: Any, **kwargs: Any) -> Any:
        kwargs["hide_suggestions"] = not exposure().introspection
        return super().build(*args, **kwargs)

    def may_compile(self) -> bool:
        return execution().compiled and super().may_compile()


schema = Schema(
    query=Query,
    mutation=Mutation,
    config=StrawberryConfig(scalar_map={datetime: DATE_TIME}),
    execution_context_class=Executor,
    extensions=[
        OperationSignal,
        LimitingParser,
        LimitingValidator,
        MutationThrottle,
        ReadYourWrites,
    ],
    exception_handlers=HANDLERS,
)
