"""Estimate of what a request costs: the sum of its fields' prices, each times its number.

The tree of a document is built once. It is evaluated for each request, because arguments and
variables say how long lists are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_object_type,
)

from schema.execution.documents import contains_id
from schema.limits.bounds import bounded_matrices
from schema.limits.field_costs import (
    DISCOUNTS,
    DISJOINT,
    FIELD,
    FIRST,
    LENGTHS,
    OWN_ROWS,
    PAGE,
    PRICES,
    Length,
    Price,
)

NUMBERS = (FIRST, "last")
"""Arguments that count with their values, as the length of a page."""
MOST = 100_000
"""The greatest number that an argument counts as."""
_ONE = Length(1)

Sizes = Mapping[str, int]
"""Lengths of the lists among a field's arguments and `first`, by name."""


@dataclass(slots=True)
class Scope:
    """Fields that are selected together: the price of the plain ones, and the others.

    Of `alternatives`, selections for one type each of an abstract type, the most expensive counts,
    and so it does of `disjoint` lists.
    """

    price: int = 0
    steps: list["Step"] = field(default_factory=list)
    alternatives: dict[str, "Scope"] = field(default_factory=dict)
    disjoint: dict[str, "Scope"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A field with arguments or a selection. `arguments` is None for a field that takes none.

    `discount` divides the cost of each object.
    """

    price: Price
    arguments: tuple[ArgumentNode, ...] | None
    length: Length
    entry: int
    below: Scope
    discount: int


class Estimate:
    """The tree of one valid document."""

    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._own_rows = OWN_ROWS if contains_id(document) else {}
        self._operations = {
            node.name.value if node.name else None: (_defaults(node), self._scope_of(node))
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        }

    def cost(
        self, variables: Mapping[str, Any], catalogue: Sizes, operation: str | None = None
    ) -> int:
        """Return the cost of the operation with these variables, as they were sent.

        Without the name of an operation, it is that of the costliest. `catalogue` has the numbers
        of notifications and of their backends. Raises LimitExceeded for too many matrices in the
        answer of a mutation, before it writes anything.
        """
        named = self._operations.get(operation)
        return max(
            _cost(scope, {**defaults, **variables}, {}, catalogue)
            for defaults, scope in ([named] if named else self._operations.values())
        )

    def _scope_of(self, operation: OperationDefinitionNode) -> Scope:
        scope = Scope()
        root = self._schema.get_root_type(operation.operation)
        left: list[tuple[Scope, SelectionSetNode, Any]] = [(scope, operation.selection_set, root)]
        while left:
            left.extend(self._fill(*left.pop()))
        return scope

    def _fill(
        self, scope: Scope, selections: SelectionSetNode, parent: Any
    ) -> Iterable[tuple[Scope, SelectionSetNode, Any]]:
        """Add the selected fields to the scope; yield the scopes below, which are still empty."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield from self._add(scope, node, parent)
                continue
            inner: Any = node if isinstance(node, InlineFragmentNode) else self._fragment(node)
            on = parent
            if is_abstract_type(parent) and inner.type_condition:
                on = self._schema.get_type(inner.type_condition.name.value)
            if on is not parent and is_object_type(on):
                yield scope.alternatives.setdefault(on.name, Scope()), inner.selection_set, on
            else:
                yield scope, inner.selection_set, on

    def _fragment(self, node: Any) -> FragmentDefinitionNode:
        spread: FragmentSpreadNode = node
        return self._fragments[spread.name.value]

    def _add(
        self, scope: Scope, node: FieldNode, parent: GraphQLNamedType
    ) -> Iterable[tuple[Scope, SelectionSetNode, Any]]:
        name = f"{parent.name}.{node.name.value}"
        price = PRICES.get(name)
        known = is_composite_type(parent) and self._schema.get_field(parent, node.name.value)
        takes_arguments = bool(known and known.args)
        if node.selection_set is None and not takes_arguments:
            scope.price += price.once if price else FIELD
            return
        length = LENGTHS.get(name, _ONE)
        of = get_named_type(known.type) if known else None
        step = Step(
            price or Price(FIELD),
            tuple(node.arguments or ()) if takes_arguments else None,
            length,
            length.entry + self._own_rows.get(name, 0),
            Scope(),
            DISCOUNTS.get(name, DISCOUNTS.get(of.name, 1)) if of else 1,
        )
        if name in DISJOINT:
            scope = scope.disjoint.setdefault(name, Scope())
        scope.steps.append(step)
        if node.selection_set and of:
            yield step.below, node.selection_set, of


def _cost(scope: Scope, variables: Mapping[str, Any], sizes: Sizes, catalogue: Sizes) -> int:
    total = scope.price
    for step in scope.steps:
        own = sizes if step.arguments is None else _sizes(step.arguments, variables)
        total += step.price.once
        for name, price in step.price.entries.items():
            total += price * own.get(name, PAGE if name == FIRST else 0)
        below = _cost(step.below, variables, own, catalogue)
        each = step.entry + -(-below // step.discount)  # rounded up
        times = _length(step.length, own, catalogue)
        if step.length.matrices:
            bounded_matrices(times)
        total += each * times
    for choices in (scope.alternatives, scope.disjoint):
        costs = (_cost(inner, variables, sizes, catalogue) for inner in choices.values())
        total += max(costs, default=0)
    return total


def _length(length: Length, sizes: Sizes, catalogue: Sizes) -> int:
    """Return the sum of the arguments that are given, of which mostly there is one."""
    found = [sizes.get(name, catalogue.get(name)) for name in length.by]
    given = [size for size in found if size is not None]
    return sum(given) if given else length.usual


def _sizes(arguments: Iterable[ArgumentNode], variables: Mapping[str, Any]) -> dict[str, int]:
    """Return the lengths of lists, one level of input objects included."""
    found: dict[str, int] = {}
    for argument in arguments:
        value = _value(argument.value, variables)
        if isinstance(value, ObjectValueNode):
            given = {node.name.value: _value(node.value, variables) for node in value.fields}
        elif isinstance(value, dict):
            given = value
        else:
            given = {argument.name.value: value}
        for name, item in given.items():
            size = _size(name, item)
            if size is not None:
                found[FIRST if name in NUMBERS else name] = size
    return found


def _value(value: Any, variables: Mapping[str, Any]) -> Any:
    return variables.get(value.name.value) if isinstance(value, VariableNode) else value


def _size(name: str, value: Any) -> int | None:
    if isinstance(value, ListValueNode):
        return len(value.values)
    if isinstance(value, list):
        return len(value)
    if name not in NUMBERS:
        return None
    if isinstance(value, IntValueNode):
        return max(0, int(value.value)) if len(value.value) <= 6 else MOST  # noqa: PLR2004 - digits
    if isinstance(value, float) and value.is_integer():  # GraphQL coerces it
        value = int(value)
    return max(0, min(value, MOST)) if type(value) is int else None


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        node.variable.name.value: node.default_value
        for node in operation.variable_definitions or ()
        if node.default_value is not None
    }
