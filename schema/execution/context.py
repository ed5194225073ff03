"""Executes documents as Strawberry does, plain selections by what they were compiled into.

It goes with any schema of Strawberry's: `execution_context_class=CompilingExecutionContext`. Have
`ParserCache` among the extensions: what was compiled is kept with the nodes of the document. An
attribute may be read more than once, where a value below it is not as its type says. Nothing is
compiled while an extension has a `resolve` of its own, or for a document with other directives
than `@skip` and `@include`.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

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
        document = IdentityKey(self.schema, self.operation, *self.fragment_definitions.values())
        found = _conditions.get(document) or _conditions.put(document, _conditions_of(document))
        if found.variables is None:
            return None
        values = [self.variable_values.coerced.get(name) for name in found.variables]
        if not all(isinstance(value, bool) for value in values):
            return None
        key = (document, tuple(map(bool, values)))
        return _compilers.get(key) or _compilers.put(key, Compiler())


class _Conditions(NamedTuple):
    """Variables that decide which fields are skipped; None if there are other directives."""

    variables: tuple[str, ...] | None


_conditions: Cache[IdentityKey, _Conditions] = Cache(
    "conditions", share=0.02, weigh=lambda key, _found: weigh(key.objects[1]) // 5
)
_compilers: Cache[tuple[IdentityKey, tuple[bool, ...]], Compiler] = Cache(
    "compiled", share=0.2, weigh=lambda key, _compiler: 4 * weigh(key[0].objects[1])
)
"""Compiled selections by document and the values of its conditions."""


def _conditions_of(document: IdentityKey) -> _Conditions:
    _schema, *definitions = document.objects
    if any(fragment.variable_definitions for fragment in definitions[1:]):  # an experiment
        return _Conditions(None)
    directives = [directive for node in definitions for directive in _directives(node)]
    if any(directive.name.value not in CONDITIONAL for directive in directives):
        return _Conditions(None)
    values = [argument.value for directive in directives for argument in directive.arguments]
    return _Conditions(
        tuple({node.name.value for node in values if isinstance(node, VariableNode)})
    )


def _directives(node: Any) -> Iterator[Any]:
    yield from node.directives or ()
    chosen: SelectionSetNode | None = getattr(node, "selection_set", None)
    for selection in chosen.selections if chosen else ():
        yield from _directives(selection)
