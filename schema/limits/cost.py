"""Estimate of the cost of a request: the sum of the costs of its fields, times their number.

`field_costs` lists the cost of each field. The tree of a document is built once. It is evaluated
for each request, because list sizes depend on arguments and variables.
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

from schema.execution.documents import selects_id
from schema.limits.bounds import check_matrices
from schema.limits.field_costs import (
    COSTS,
    DEFAULT_COST,
    DISCOUNTS,
    DISJOINT,
    FIRST,
    LIST_SIZES,
    PAGE_SIZE,
    UNSHARED_ROWS,
    FieldCost,
    ListSize,
)

PAGE_ARGUMENTS = (FIRST, "last")
"""Integer arguments with the size of a page."""
MAX_SIZE = 100_000
"""Highest size: a larger integer counts as this."""
_ONE = ListSize(1)

Sizes = Mapping[str, int]
"""Sizes of list arguments and of `first`, by name."""


@dataclass(slots=True)
class Selection:
    """Fields that are selected together: the cost of the plain ones, and all others.

    Only the most expensive of `alternatives` (possible types) and of `disjoint` (lists) counts.
    """

    cost: int = 0
    fields: list["SelectedField"] = field(default_factory=list)
    alternatives: dict[str, "Selection"] = field(default_factory=dict)
    disjoint: dict[str, "Selection"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SelectedField:
    """A field with arguments or with a selection of its own.

    `arguments` is None for a field that takes none. `entry` is the cost of each object besides its
    fields. `discount` divides the cost of these fields.
    """

    cost: FieldCost
    arguments: tuple[ArgumentNode, ...] | None
    size: ListSize
    entry: int
    selection: Selection
    discount: int


class Estimate:
    """Tree of the costs of one valid document."""

    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._row_costs = UNSHARED_ROWS if selects_id(document) else {}
        self._operations = {
            node.name.value if node.name else None: (_defaults(node), self._selection_of(node))
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        }

    def cost(
        self, variables: Mapping[str, Any], catalogue: Sizes, operation: str | None = None
    ) -> int:
        """Return the cost of an operation with these raw variables.

        Without the name of an operation, return the highest cost of all. `catalogue` has the
        numbers of notifications and of their backends. Raises LimitExceeded for too many matrices
        in the response of a mutation, before the mutation is executed.
        """
        named = self._operations.get(operation)
        return max(
            _cost(selection, {**defaults, **variables}, {}, catalogue)
            for defaults, selection in ([named] if named else self._operations.values())
        )

    def _selection_of(self, operation: OperationDefinitionNode) -> Selection:
        selection = Selection()
        root = self._schema.get_root_type(operation.operation)
        remaining: list[tuple[Selection, SelectionSetNode, Any]] = [
            (selection, operation.selection_set, root)
        ]
        while remaining:
            remaining.extend(self._fill(*remaining.pop()))
        return selection

    def _fill(
        self, selection: Selection, node: SelectionSetNode, parent: Any
    ) -> Iterable[tuple[Selection, SelectionSetNode, Any]]:
        """Add the selected fields, and yield the selections below, which are still empty."""
        for child in node.selections:
            if isinstance(child, FieldNode):
                yield from self._add(selection, child, parent)
                continue
            inner: Any = child if isinstance(child, InlineFragmentNode) else self._fragment(child)
            on = parent
            if is_abstract_type(parent) and inner.type_condition:
                on = self._schema.get_type(inner.type_condition.name.value)
            if on is not parent and is_object_type(on):
                below = selection.alternatives.setdefault(on.name, Selection())
                yield below, inner.selection_set, on
            else:
                yield selection, inner.selection_set, on

    def _fragment(self, node: Any) -> FragmentDefinitionNode:
        spread: FragmentSpreadNode = node
        return self._fragments[spread.name.value]

    def _add(
        self, selection: Selection, node: FieldNode, parent: GraphQLNamedType
    ) -> Iterable[tuple[Selection, SelectionSetNode, Any]]:
        name = f"{parent.name}.{node.name.value}"
        cost = COSTS.get(name)
        definition = is_composite_type(parent) and self._schema.get_field(parent, node.name.value)
        takes_arguments = bool(definition and definition.args)
        if node.selection_set is None and not takes_arguments:
            selection.cost += cost.once if cost else DEFAULT_COST
            return
        size = LIST_SIZES.get(name, _ONE)
        type_ = get_named_type(definition.type) if definition else None
        selected = SelectedField(
            cost or FieldCost(DEFAULT_COST),
            tuple(node.arguments or ()) if takes_arguments else None,
            size,
            size.entry + self._row_costs.get(name, 0),
            Selection(),
            DISCOUNTS.get(name, DISCOUNTS.get(type_.name, 1)) if type_ else 1,
        )
        if name in DISJOINT:
            selection = selection.disjoint.setdefault(name, Selection())
        selection.fields.append(selected)
        if node.selection_set and type_:
            yield selected.selection, node.selection_set, type_


def _cost(
    selection: Selection, variables: Mapping[str, Any], sizes: Sizes, catalogue: Sizes
) -> int:
    total = selection.cost
    for selected in selection.fields:
        own = sizes if selected.arguments is None else _sizes(selected.arguments, variables)
        total += selected.cost.once
        for name, cost in selected.cost.entries.items():
            total += cost * own.get(name, PAGE_SIZE if name == FIRST else 0)
        below = _cost(selected.selection, variables, own, catalogue)
        each = selected.entry + -(-below // selected.discount)  # rounded up
        number = _size_of(selected.size, own, catalogue)
        if selected.size.matrices:
            check_matrices(number)
        total += each * number
    for choices in (selection.alternatives, selection.disjoint):
        if choices:
            total += max(_cost(each, variables, sizes, catalogue) for each in choices.values())
    return total


def _size_of(size: ListSize, sizes: Sizes, catalogue: Sizes) -> int:
    """Return the sum of the arguments that are present, usually one."""
    found = [sizes.get(name, catalogue.get(name)) for name in size.arguments]
    present = [value for value in found if value is not None]
    return sum(present) if present else size.default


def _sizes(arguments: Iterable[ArgumentNode], variables: Mapping[str, Any]) -> dict[str, int]:
    """Return the sizes of list arguments, including the lists in an input object."""
    found: dict[str, int] = {}
    for argument in arguments:
        value = _value(argument.value, variables)
        if isinstance(value, ObjectValueNode):
            values = {node.name.value: _value(node.value, variables) for node in value.fields}
        elif isinstance(value, dict):
            values = value
        else:
            values = {argument.name.value: value}
        for name, item in values.items():
            size = _argument_size(name, item)
            if size is not None:
                found[FIRST if name in PAGE_ARGUMENTS else name] = size
    return found


def _value(value: Any, variables: Mapping[str, Any]) -> Any:
    return variables.get(value.name.value) if isinstance(value, VariableNode) else value


def _argument_size(name: str, value: Any) -> int | None:
    if isinstance(value, ListValueNode):
        return len(value.values)
    if isinstance(value, list):
        return len(value)
    if name not in PAGE_ARGUMENTS:
        return None
    if isinstance(value, IntValueNode):
        digits = value.value
        return max(0, int(digits)) if len(digits) <= 6 else MAX_SIZE  # noqa: PLR2004 - digits
    if isinstance(value, float) and value.is_integer():  # GraphQL coerces it
        value = int(value)
    return max(0, min(value, MAX_SIZE)) if type(value) is int else None


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        node.variable.name.value: node.default_value
        for node in operation.variable_definitions or ()
        if node.default_value is not None
    }
