"""Execution context for any Strawberry schema. It completes plain selections by compiled functions.

Pass `execution_context_class=CompilingExecutionContext`, and have `ParserCache` among the
extensions: compiled functions are cached by the nodes of the document. An attribute may be read
more than once if a value below it is not of its declared type. Nothing is compiled while an
extension has a `resolve` of its own, or for documents with directives other than `@skip` and
`@include`.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from graphql import (
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLResolveInfo,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from notifications.caches import Cache, IdentityKey
from schema.execution.compiler import Compiler
from schema.execution.documents import weigh

CONDITIONAL = {"skip", "include"}


class CompilingExecutionContext(StrawberryGraphQLCoreExecutionContext):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._compiler = self._find_compiler() if self.may_compile() else None

    def may_compile(self) -> bool:
        """Return True if no middleware has to see each field, and the options are Strawberry's."""
        middleware = self.middleware_manager
        return (
            not (middleware and middleware.middlewares)
            and self.abort_signal is None
            and self.is_awaitable is optimized_is_awaitable
        )

    def complete_value(  # noqa: PLR0913, PLR0917 - overridden
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if (
            self._compiler is not None
            and field_details_list[0].node.selection_set
            and not isinstance(return_type, GraphQLNonNull)  # called again for the inner type
            and result is not None
        ):
            completer = self._compiler.completer(self, return_type, field_details_list)
            if completer is not None:
                with suppress(Exception):
                    return completer.complete(result)
        return super().complete_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _find_compiler(self) -> Compiler | None:
        """Return the compiler for the operation and the values of its conditions, if there is one.

        Variables of documents that were not validated may have values that are not booleans.
        """
        definitions = (self.operation, *self.fragment_definitions.values())
        variables = _condition_variables(definitions)
        if variables is None:
            return None
        values = tuple(self.variable_values.coerced.get(name) for name in variables)
        if not all(isinstance(value, bool) for value in values):
            return None
        key = (IdentityKey(self.schema, *definitions), values)
        return _compilers.get(key) or _compilers.put(key, Compiler())


_compilers: Cache[tuple[IdentityKey, tuple[Any, ...]], Compiler] = Cache(
    "compiled", share=0.2, weigh=lambda key, _compiler: 4 * weigh(key[0].objects[1])
)
"""Compilers by document and the values of its conditions."""


def _condition_variables(definitions: tuple[Any, ...]) -> list[str] | None:
    """Return the variables in `@skip` and `@include`; None if the document cannot be compiled."""
    if any(fragment.variable_definitions for fragment in definitions[1:]):  # experimental syntax
        return None
    directives = [directive for node in definitions for directive in _directives(node)]
    if any(directive.name.value not in CONDITIONAL for directive in directives):
        return None
    values = [argument.value for directive in directives for argument in directive.arguments]
    return [value.name.value for value in values if isinstance(value, VariableNode)]


def _directives(node: Any) -> Iterator[Any]:
    yield from node.directives or ()
    selections: SelectionSetNode | None = getattr(node, "selection_set", None)
    for selection in selections.selections if selections else ():
        yield from _directives(selection)
