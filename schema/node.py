"""Query `node`: objects by global ID, as far as the viewer may see them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, cast

import strawberry
from strawberry import ID, Info

from notifications import preferences
from notifications.access import Access
from notifications.configuration import entries as configuration
from notifications.configuration.entries import NotificationEntry
from notifications.delivery import history
from notifications.errors import NotFound
from notifications.inbox import reads
from notifications.preferences.rows import Row
from schema.auth.viewer import signed_in
from schema.catalogue.types import Backend, Notification
from schema.deliveries.types import Delivery
from schema.fields import Node
from schema.groups.types import GroupPreferenceMatrix
from schema.ids import key_of, keys_of, parse
from schema.inbox.types import InboxEntry, InboxSummary
from schema.people.loaders import find_users
from schema.people.types import Group, User
from schema.preferences.types import PreferenceMatrix

_Id = Annotated[ID, strawberry.argument(description="ID of the object.")]


@strawberry.type
class Query:
    @strawberry.field(
        description="Object with this ID. Null if it does not exist or the viewer may not see it."
    )
    def node(self, info: Info, id: _Id) -> Node | None:  # noqa: A002 - the contract's word
        access = signed_in(info)
        return find_node(access, id)


def find_node(access: Access, id_: str) -> Node | None:
    """Return the object with this ID. Raises Forbidden for other people's preferences."""
    with suppress(NotFound):
        type_name, _ = parse(id_)
        find = _FINDERS.get(type_name)
        return find(access, id_) if find else None
    return None


def _user(access: Access, id_: str) -> User:
    return User.of(*find_users(access, "view", [id_]))


def _group(access: Access, id_: str) -> Group | None:
    group = access.known_group(key_of(id_, "Group"))
    return Group.of(group) if group else None


def _backend(access: Access, id_: str) -> Backend | None:
    """Return a backend. Disabled ones are visible to viewers of the record of deliveries."""
    key = key_of(id_, "Backend")
    entry = next((entry for entry in configuration.backends() if entry.id == key), None)
    visible = entry and (entry.enabled or access.may_view_deliveries)
    return Backend.of(entry) if entry and visible else None


def _notification(access: Access, id_: str) -> Notification | None:
    """Return a notification. Viewers of others' preferences see every public one."""
    key = key_of(id_, "Notification")
    entry = _entry(preferences.available(user=access.viewer), key)
    if entry is None and _may_view_others(access):
        entry = _entry(preferences.configured().public, key)
    return Notification.of(entry) if entry else None


def _may_view_others(access: Access) -> bool:
    return access.may("view") or access.may_view_deliveries or access.may_view_a_group


def _inbox_entry(access: Access, id_: str) -> InboxEntry | None:
    """Return an entry of the viewer's own inbox: no permission opens another one."""
    key = key_of(id_, "InboxEntry")
    entry = reads.entry(user=access.viewer, key=key)
    return InboxEntry.of(entry) if entry else None


def _inbox_summary(access: Access, id_: str) -> InboxSummary | None:
    own = key_of(id_, "InboxSummary") == access.viewer.pk
    return InboxSummary.of(access.viewer) if own else None


def _delivery(access: Access, id_: str) -> Delivery | None:
    key = key_of(id_, "Delivery")
    access.require_deliveries()
    record = history.delivery(key=key, public_only=True)
    return Delivery.of(record, access) if record else None


def _entry(entries: Iterable[NotificationEntry], key: int) -> NotificationEntry | None:
    return next((entry for entry in entries if entry.id == key), None)


def _in_matrix(type_name: str) -> Callable[[Access, str], Node | None]:
    """Return a finder of users' matrices, or of their rows or cells."""

    def find(access: Access, id_: str) -> Node | None:
        key, *rest = keys_of(id_, type_name)
        user = access.users("view", [key]).get(key)
        if user is None:
            return None
        [value] = preferences.read(users=[user])
        matrix = PreferenceMatrix.of(value, access)
        withheld = value.withheld if access.may("view") else ()
        return _part(matrix, (*value.rows, *withheld), lambda row: matrix.rows((row,))[0], rest)

    return find


def _in_group_matrix(type_name: str) -> Callable[[Access, str], Node | None]:
    """Return a finder of groups' matrices, or of their rows or cells."""

    def find(access: Access, id_: str) -> Node | None:
        key, *rest = keys_of(id_, type_name)
        group = access.group("view", key)
        if group is None:
            return None
        [value] = preferences.read_groups(groups=[group])
        matrix = GroupPreferenceMatrix.of(value, access)
        return _part(matrix, value.rows, matrix.row, rest)

    return find


def _part(
    matrix: Node, rows: Iterable[Row[Any]], convert: Callable[[Any], Any], keys: Sequence[Any]
) -> Node | None:
    """Return the matrix without keys, else the row of a notification or the cell of a backend."""
    if not keys:
        return matrix
    for row in rows:
        if row.notification.id == keys[0]:
            converted = convert(row)
            if len(keys) == 1:
                return cast("Node", converted)
            cells = zip(row.cells, converted.cells, strict=True)
            return next((node for cell, node in cells if cell.backend.id == keys[1]), None)
    return None


_FINDERS: Mapping[str, Callable[[Access, str], Node | None]] = {
    "User": _user,
    "Group": _group,
    "Backend": _backend,
    "Notification": _notification,
    "InboxEntry": _inbox_entry,
    "InboxSummary": _inbox_summary,
    "Delivery": _delivery,
    "PreferenceMatrix": _in_matrix("PreferenceMatrix"),
    "NotificationPreferences": _in_matrix("NotificationPreferences"),
    "PreferenceCell": _in_matrix("PreferenceCell"),
    "GroupPreferenceMatrix": _in_group_matrix("GroupPreferenceMatrix"),
    "GroupNotificationPreferences": _in_group_matrix("GroupNotificationPreferences"),
    "GroupPreferenceCell": _in_group_matrix("GroupPreferenceCell"),
}
