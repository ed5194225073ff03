"""The schema. `schema.schema` is what a view serves."""

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionContext

from schema.errors import HANDLERS, code_of, timed_out
from schema.mutations import Mutation
from schema.queries import Query
from schema.rules import LimitingParser, LimitingValidator, limiting_rules
from schema.throttling import MutationThrottle

INTERNAL = "Something went wrong here, and the request was not completed. Please try again later."
TIMED_OUT = "The database took longer than it is allowed to, and the request was not completed."


class Schema(strawberry.Schema):
    """Gives every error a code, and says nothing of the causes of those nobody expected."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        unexpected = []
        for error in errors:
            code = code_of(error)
            error.extensions = {**(error.extensions or {}), "code": code}
            if code == "INTERNAL" or timed_out(error):
                unexpected.append(error)
        super().process_errors(unexpected, execution_context)
        for error in unexpected:
            error.message = TIMED_OUT if timed_out(error) else INTERNAL


schema = Schema(
    query=Query,
    mutation=Mutation,
    extensions=[LimitingParser, limiting_rules, LimitingValidator, MutationThrottle],
    exception_handlers=HANDLERS,
)
