"""Executes documents as Strawberry does, plain selections by what they were compiled into.

It goes with any schema of Strawberry's: `execution_context_class=CompilingExecutionContext`. Have
`ParserCache` among the extensions: what was compiled is kept with the nodes of the document. An
attribute may be read more than once, where a value below it is not as its type says. Nothing is
compiled while an extension has a `resolve` of its own, or for a document with other directives
than `@skip` and `@include`.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
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

from schema.compiling import Compiler
from schema.same import Same

DOCUMENTS = 256
"""For how many documents, with their conditions, it is kept what they were compiled into."""
CONDITIONAL = {"skip", "include"}


class CompilingExecutionContext(StrawberryGraphQLCoreExecutionContext):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._compiler = self._find_compiler() if self.may_compile() else None

    def may_compile(self) -> bool:
        """Whether nobody is to be told of each field, and nothing but Strawberry runs them."""
        middleware = self.middleware_manager
        return (
            not (middleware and middleware.middlewares)
            and self.abort_signal is None
            and self.is_awaitable is optimized_is_awaitable
        )

    def complete_value(  # noqa: PLR0913, PLR0917 - the hook's
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
            and not isinstance(return_type, GraphQLNonNull)  # it is asked again within
            and result is not None
        ):
            completion = self._compiler.completion(self, return_type, field_details_list)
            if completion is not None:
                with suppress(Exception):
                    return completion.of(result)
        return super().complete_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _find_compiler(self) -> Compiler | None:
        document = Same(self.schema, self.operation, *self.fragment_definitions.values())
        variables = _conditions(document)
        if variables is None:
            return None
        values = tuple(self.variable_values.coerced.get(name) for name in variables)
        known = all(isinstance(value, bool) for value in values)
        return _compiler(document, values) if known else None


@lru_cache(maxsize=DOCUMENTS)
def _compiler(_document: Same, _conditions: tuple[bool, ...]) -> Compiler:
    return Compiler()


@lru_cache(maxsize=DOCUMENTS)
def _conditions(document: Same) -> tuple[str, ...] | None:
    """Return the variables that decide what is skipped; None: there are other directives."""
    _schema, *definitions = document.things
    if any(fragment.variable_definitions for fragment in definitions[1:]):  # an experiment
        return None
    directives = [directive for node in definitions for directive in _directives(node)]
    if any(directive.name.value not in CONDITIONAL for directive in directives):
        return None
    values = [argument.value for directive in directives for argument in directive.arguments]
    return tuple({node.name.value for node in values if isinstance(node, VariableNode)})


def _directives(node: Any) -> Iterator[Any]:
    yield from node.directives or ()
    chosen: SelectionSetNode | None = getattr(node, "selection_set", None)
    for selection in chosen.selections if chosen else ():
        yield from _directives(selection)
