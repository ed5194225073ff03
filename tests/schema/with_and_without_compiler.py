"""Execution of one schema by graphql-core and by compiled functions, and their comparison."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from schema.execution.context import CompilingExecutionContext


class RecordingContext(CompilingExecutionContext):
    """Records the fields that graphql-core executes."""

    executed: list[str] = []

    def execute_field(self, parent_type: Any, source: Any, details: Any, *args: Any) -> Any:
        self.executed.append(details[0].node.name.value)
        return super().execute_field(parent_type, source, details, *args)


def by_graphql_core(schema: strawberry.Schema, document: str, root: Any, **variables: Any) -> Any:
    schema.execution_context_class = StrawberryGraphQLCoreExecutionContext
    return outcome(schema.execute_sync(document, variables, root_value=root))


def compiled(schema: strawberry.Schema, document: str, root: Any, **variables: Any) -> Any:
    schema.execution_context_class = RecordingContext
    RecordingContext.executed = []
    return outcome(schema.execute_sync(document, variables, root_value=root))


def outcome(result: ExecutionResult) -> Any:
    """Return everything in a result that a client receives or that is logged."""
    errors = [(error.formatted, repr(error.original_error)) for error in result.errors or ()]
    return json.dumps(result.data, default=repr), errors


def compare(
    schema: strawberry.Schema,
    document: str,
    make: Callable[[], Any],
    variables: Mapping[str, Any] | None = None,
) -> Any:
    """Return the outcome, which must be equal for both, and again when the document is cached."""
    expected = by_graphql_core(schema, document, make(), **variables or {})
    for _ in range(2):
        assert compiled(schema, document, make(), **variables or {}) == expected, document
    return expected
