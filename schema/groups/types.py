"""Matrices of groups as GraphQL types."""

from typing import Any, Self

import strawberry
from strawberry import ID, Private

from notifications.access import Access
from notifications.preferences import matrix
from notifications.preferences.rows import GroupCell, Row
from schema.catalogue.types import Backend, Notification
from schema.fields import Node, compute, described
from schema.ids import global_id
from schema.people.types import Group
from schema.preferences.types import CELLS, COLUMNS, ROW_NOTIFICATION, ROWS


@strawberry.type(description="Preference of a group for one notification and one backend.")
class GroupPreferenceCell(Node):
    notification: Notification = described("Notification of the cell's row.")
    backend: Backend = described("Backend of the cell's column.")
    value: bool | None = described("Preference of the group. Null if not set.")
    default_value: bool = described("Value if no preference is set.")
    editable: bool = described("True if the viewer may set the cell now.")


@strawberry.type(description="Row of a group's matrix: the cells of one notification.")
class GroupNotificationPreferences(Node):
    notification: Notification = described(ROW_NOTIFICATION)
    cells: list[GroupPreferenceCell] = described(CELLS)

    @classmethod
    def of(cls, row: Row[GroupCell], owner: Any, may_change: bool) -> Self:  # noqa: FBT001
        keys = (owner, row.notification.id)
        notification = Notification.of(row.notification)
        cells = [
            GroupPreferenceCell(
                id=ID(global_id("GroupPreferenceCell", *keys, cell.backend.id)),
                notification=notification,
                backend=backend,
                value=cell.value,
                default_value=cell.default_value,
                editable=may_change and cell.settable,
            )
            for cell, backend in zip(row.cells, notification.backends, strict=True)
        ]
        id_ = ID(global_id("GroupNotificationPreferences", *keys))
        return cls(id=id_, notification=notification, cells=cells)


@strawberry.type(description="Cells that can be set for a group.")
class GroupPreferenceMatrix(Node):
    group: Group = described("Group of the preferences.")
    backends: list[Backend] = described(COLUMNS)
    notifications: list[GroupNotificationPreferences] = described(ROWS)
    notifications.init = False  # type: ignore[attr-defined]  # see `compute`
    value: Private[matrix.GroupPreferenceMatrix]
    may_change: Private[bool]

    def row(self, row: Row[GroupCell]) -> GroupNotificationPreferences:
        return GroupNotificationPreferences.of(row, self.value.group.pk, self.may_change)

    @classmethod
    def of(cls, value: matrix.GroupPreferenceMatrix, access: Access) -> "GroupPreferenceMatrix":
        return cls(
            id=ID(global_id("GroupPreferenceMatrix", value.group.pk)),
            group=Group.of(value.group),
            backends=[Backend.of(backend) for backend in value.backends],
            value=value,
            may_change=access.may("change", group=value.group),
        )


compute(GroupPreferenceMatrix, "notifications", lambda self: list(map(self.row, self.value.rows)))
