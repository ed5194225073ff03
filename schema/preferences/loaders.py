"""Batch loading of matrices: one read for all those of an operation, under any aliases."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Self

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    SelectionSetNode,
)
from strawberry import Info
from strawberry.types.nodes import convert_arguments

from notifications import preferences
from notifications.access import Access
from notifications.errors import NotFound
from notifications.preferences import matrix
from schema.execution.documents import selects_id
from schema.ids import key_of
from schema.limits.bounds import check_matrices
from schema.people.loaders import find_group
from schema.preferences.types import PreferenceMatrix


class Matrices:
    """Matrices of one execution. The first access to a user's reads those of all users in it."""

    def __init__(self, info: GraphQLResolveInfo[Any], access: Access) -> None:
        self.execution = info.variable_values
        self._info = info
        self._access = access

    @cached_property
    def _users(self) -> set[Any]:
        """Primary keys of the users whose matrices the operation selects."""
        keys = _keys(self._info, "preferences", "user", "User")
        return {self._access.viewer.pk if key is None else key for key in keys}

    @cached_property
    def _groups(self) -> set[Any]:
        """Primary keys of the groups whose matrices the operation selects."""
        return set(_keys(self._info, "groupPreferences", "group", "Group"))

    def bounded(self) -> Self:
        """Return the loader. Raises LimitExceeded for too many matrices."""
        check_matrices(len(self._users) + len(self._groups))
        return self

    @cached_property
    def with_ids(self) -> bool:
        """True if the document selects an `id`, so that rows cannot be shared by users."""
        return selects_id(self._info.operation)

    @cached_property
    def by_user(self) -> dict[Any, matrix.PreferenceMatrix]:
        keys = self._users
        users = self._access.users("view", [k for k in keys if self._access.may("view", user=k)])
        values = preferences.read(users=[user for key, user in users.items() if key in keys])
        return {value.user.pk: value for value in values}

    @cached_property
    def by_group(self) -> dict[Any, matrix.GroupPreferenceMatrix]:
        groups = self._access.groups("view", self._groups)
        return {value.group.pk: value for value in preferences.read_groups(groups=groups.values())}


def matrix_of(info: Info, access: Access, user: str | None) -> PreferenceMatrix:
    """Return the matrix of a user by ID, by default the viewer's. Raises NotFound, Forbidden."""
    key = access.viewer.pk if user is None else key_of(user, "User")
    access.require("view", user=key)
    matrices = _matrices(info, access)
    value = matrices.by_user.get(key)
    if value is None:
        raise NotFound(user or "")
    return PreferenceMatrix.of(value, access, with_ids=matrices.with_ids)


def group_matrix_of(info: Info, access: Access, group: str) -> matrix.GroupPreferenceMatrix:
    """Return the matrix of a group by ID. Raises NotFound, Forbidden."""
    key = key_of(group, "Group")
    value = _matrices(info, access).by_group.get(key)
    if value is None:  # no such group, or no access to it: raise the error
        [value] = preferences.read_groups(groups=[find_group(access, "view", group)])
    return value


def _matrices(info: Info, access: Access) -> Matrices:
    raw, context = info._raw_info, info.context
    known: Matrices | None = getattr(context, "notification_matrices", None)
    if known is None or known.execution is not raw.variable_values:
        known = context.notification_matrices = Matrices(raw, access).bounded()
    return known


def _keys(
    info: GraphQLResolveInfo[Any], field: str, argument: str, type_name: str
) -> Iterator[Any]:
    """Yield the keys in an argument of a root field, None without it. Resolvers report bad IDs."""
    for node in _root_fields(info.operation.selection_set, info):
        if node.name.value == field:
            id_ = convert_arguments(info, node.arguments).get(argument)
            try:
                yield None if id_ is None else key_of(id_, type_name)
            except NotFound:
                continue


def _root_fields(
    selections: SelectionSetNode, info: GraphQLResolveInfo[Any]
) -> Iterator[FieldNode]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
            continue
        inner: Any = node  # an inline fragment, or the spread of a named one
        if isinstance(node, FragmentSpreadNode):
            inner = info.fragments[node.name.value]
        yield from _root_fields(inner.selection_set, info)


def matrices_of(users: Sequence[Any], access: Access, *, with_ids: bool) -> list[PreferenceMatrix]:
    """Read the matrices of users in one statement."""
    values = preferences.read(users=users)
    return [PreferenceMatrix.of(value, access, with_ids=with_ids) for value in values]
