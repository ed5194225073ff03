"""The schema. `schema.schema` is what a view serves."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import ExecutionContext

from schema.errors import HANDLERS, code_of
from schema.mutations import Mutation
from schema.queries import Query

INTERNAL = "Something went wrong here, and the request was not completed. Please try again later."


class Schema(strawberry.Schema):
    """Gives every error a code, and says nothing of the causes of those nobody expected."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        unexpected = []
        for error in errors:
            code = code_of(error)
            error.extensions = {**(error.extensions or {}), "code": code}
            if code == "INTERNAL":
                unexpected.append(error)
        super().process_errors(unexpected, execution_context)
        for error in unexpected:
            error.message = INTERNAL


schema = Schema(
    query=Query,
    mutation=Mutation,
    extensions=[ParserCache, ValidationCache],
    exception_handlers=HANDLERS,
)
