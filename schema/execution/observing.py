"""Tells whoever listens what was asked for and how it went, in words that no client made up."""

from collections.abc import Iterator
from time import monotonic

from django.dispatch import Signal
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from schema.errors import code_of
from schema.execution.roots import root_fields

operation_done = Signal()
"""Sent with `operation`, `outcome` and `seconds`.

`operation` is the field of `Query` or `Mutation`, `several` of them, or `none` where nothing was
run; `outcome` is the code of the first error, or `OK`.
"""

OK = "OK"
SEVERAL = "several"
NONE = "none"


class Observation(SchemaExtension):
    _operation = NONE

    def on_operation(self) -> Iterator[None]:
        began = monotonic()
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
            seconds = monotonic() - began
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
