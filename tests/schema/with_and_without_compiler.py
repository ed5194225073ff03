"""One schema, executed by graphql-core and compiled: what the two answer, and how they differ."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from schema.execution.context import CompilingExecutionContext


class Watched(CompilingExecutionContext):
    """Notes which fields graphql-core executed."""

    executed: list[str] = []

    def execute_field(self, parent_type: Any, source: Any, details: Any, *args: Any) -> Any:
        self.executed.append(details[0].node.name.value)
        return super().execute_field(parent_type, source, details, *args)


def by_graphql_core(schema: strawberry.Schema, document: str, root: Any, **variables: Any) -> Any:
    schema.execution_context_class = StrawberryGraphQLCoreExecutionContext
    return told(schema.execute_sync(document, variables, root_value=root))


def compiled(schema: strawberry.Schema, document: str, root: Any, **variables: Any) -> Any:
    schema.execution_context_class = Watched
    Watched.executed = []
    return told(schema.execute_sync(document, variables, root_value=root))


def told(result: ExecutionResult) -> Any:
    """Return what a client can tell results apart by, and what is logged of them."""
    errors = [(error.formatted, repr(error.original_error)) for error in result.errors or ()]
    return json.dumps(result.data, default=repr), errors


def compare(
    schema: strawberry.Schema,
    document: str,
    make: Callable[[], Any],
    variables: Mapping[str, Any] | None = None,
) -> Any:
    """Return the answer, which must be the same: the first time, and when it is known."""
    expected = by_graphql_core(schema, document, make(), **variables or {})
    for _ in range(2):
        assert compiled(schema, document, make(), **variables or {}) == expected, document
    return expected
