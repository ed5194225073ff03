"""Extensions of the schema: the signal of operations, rates and the database of mutations."""

from collections.abc import Iterator
from time import monotonic

from django.dispatch import Signal
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from notifications.database.routing import read_your_writes
from schema.auth.rates import address_of, spend
from schema.errors import RATE_LIMITED, code_of
from schema.execution.documents import root_fields

operation_done = Signal()
"""Sent after each operation, with `operation`, `outcome` and `seconds`.

`operation` is the name of the field of `Query` or `Mutation`, `several` for more than one, and
`none` for a document that was not executed. `outcome` is the code of the first error, or `OK`. No
argument contains text from a client.
"""

OK = "OK"
SEVERAL = "several"
NONE = "none"


class OperationSignal(SchemaExtension):
    """Sends `operation_done`."""

    _operation = NONE

    def on_operation(self) -> Iterator[None]:
        start = monotonic()
        outcome = "INTERNAL"
        try:
            yield
            outcome = self._outcome()
        except GraphQLError as error:
            outcome = code_of(error)
            raise
        except (CannotGetOperationTypeError, InvalidOperationTypeError, MissingQueryError):
            outcome = "BAD_USER_INPUT"
            raise
        finally:
            seconds = monotonic() - start
            operation_done.send_robust(
                type(self), operation=self._operation, outcome=outcome, seconds=seconds
            )

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        if context.graphql_document:
            names = {*root_fields(context.graphql_document, context.operation_name)}
            self._operation = names.pop() if len(names) == 1 else SEVERAL
        yield

    def _outcome(self) -> str:
        context = self.execution_context
        errors = context.pre_execution_errors or getattr(context.result, "errors", None)
        return code_of(errors[0]) if errors else OK


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


class ReadYourWrites(SchemaExtension):
    """Makes mutations read from the database that they write to, instead of a replica."""

    def on_execute(self) -> Iterator[None]:
        if self.execution_context.operation_type is not OperationType.MUTATION:
            yield
            return
        with read_your_writes():
            yield
