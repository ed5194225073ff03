"""One read for all the matrices that an operation asks for, however many aliases it uses."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.execution.values import get_argument_values
from strawberry import Info

from notifications import matrix, preferences
from notifications.access import Access
from notifications.errors import NotFound
from schema.ids import key_of


class Matrices:
    """The matrices of one execution, read when the first is asked for."""

    def __init__(self, info: GraphQLResolveInfo[Any], access: Access) -> None:
        self.execution = info.variable_values
        keys = {access.viewer.pk, *_keys(info)}
        users = access.users("view", [key for key in keys if access.may("view", user=key)])
        asked = [user for key, user in users.items() if key in keys]
        self.by_user = {value.user.pk: value for value in preferences.read(users=asked)}


def matrix_of(info: Info, access: Access, user: str | None) -> matrix.PreferenceMatrix:
    """Return the matrix of the user with this id, or of the viewer. Raises NotFound, Forbidden."""
    key = access.viewer.pk if user is None else key_of(user, "User", get_user_model())[0]
    access.require("view", user=key)
    raw, request = info._raw_info, info.context.request
    known = getattr(request, "notification_matrices", None)
    if known is None or known.execution is not raw.variable_values:
        known = request.notification_matrices = Matrices(raw, access)
    if key not in known.by_user:
        raise NotFound(user or "")
    value: matrix.PreferenceMatrix = known.by_user[key]
    return value


def _keys(info: GraphQLResolveInfo[Any]) -> Iterator[Any]:
    """Yield the keys of the users whose matrices the operation asks for; errors are for later."""
    field = info.parent_type.fields[info.field_name]
    for node in _root_fields(info.operation.selection_set, info):
        if node.name.value == info.field_name:
            try:
                user = get_argument_values(field, node, info.variable_values).get("user")
                if user is not None:
                    yield key_of(user, "User", get_user_model())[0]
            except (GraphQLError, NotFound):
                continue


def _root_fields(
    selections: SelectionSetNode, info: GraphQLResolveInfo[Any]
) -> Iterator[FieldNode]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, info)
        elif isinstance(node, FragmentSpreadNode):
            yield from _root_fields(info.fragments[node.name.value].selection_set, info)
