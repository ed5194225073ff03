"""Matrices of users as GraphQL types with plain attributes, which can be compiled."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Self

import strawberry
from strawberry import ID, Private

from notifications.access import Access
from notifications.caches import Cache
from notifications.preferences import matrix
from notifications.preferences.rows import Cell, Row
from notifications.texts import active_language, in_language
from schema.catalogue.types import Backend, Notification
from schema.enums import PreferenceSource
from schema.execution.sharing import Shareable, SharedTuple
from schema.fields import Node, compute, described
from schema.ids import global_id
from schema.people.types import User

COLUMNS = "Columns: the enabled backends of any row, in the order of the catalogue."
ROWS = "Rows, in the order of the catalogue."
CELLS = "A cell for each backend of the notification, in the order of the catalogue."
ROW_NOTIFICATION = "Notification of the cells."

_Name = Annotated[str, strawberry.argument(description="Name of the notification.")]


@strawberry.type(
    description="Effective value of one notification and one backend for one user, and its layers."
)
class PreferenceCell(Node):
    notification: Notification = described("Notification of the cell's row.")
    backend: Backend = described("Backend of the cell's column.")
    effective: bool = described("True if the backend delivers, after all layers.")
    source: PreferenceSource = described("Layer that decided `effective`.")
    user_value: bool | None = described("Preference of the user. Null if not set.")
    group_value: bool | None = described(
        "Preference of the user's groups: on if any of them is on. Null if none is set."
    )
    default_value: bool = described("Value if no preference is set.")
    editable: bool = described("True if the viewer may set the cell now.")


@strawberry.type(description="Row of a user's matrix: the cells of one notification.")
class NotificationPreferences(Shareable, Node):
    notification: Notification = described(ROW_NOTIFICATION)
    cells: list[PreferenceCell] = described(CELLS)

    @classmethod
    def of(cls, row: Row[Cell], owner: Any, *, may_change: bool) -> Self:
        """Create a row for the user with key `owner`, or a shared row without IDs for None."""

        def id_of(type_name: str, *keys: Any) -> Any:
            # A selected ID that is None would be an error: `id` is not nullable.
            if owner is None:
                return None
            return ID(global_id(type_name, owner, row.notification.id, *keys))

        notification = Notification.of(row.notification)
        cells = [
            PreferenceCell(
                id=id_of("PreferenceCell", cell.backend.id),
                notification=notification,
                backend=backend,
                effective=cell.decision.effective,
                source=cell.decision.source,
                user_value=cell.user_value,
                group_value=cell.group_value,
                default_value=cell.default_value,
                editable=may_change and cell.decision.settable,
            )
            for cell, backend in zip(row.cells, notification.backends, strict=True)
        ]
        id_ = id_of("NotificationPreferences")
        return cls(id=id_, notification=notification, cells=cells)


_Row = Row[Cell]


def _weigh_row(row: NotificationPreferences) -> int:
    return 600 + 600 * len(row.cells)


_Key = tuple[bool, str | None]
"""Conditions of a shared row: the viewer may change it, and the language."""

_rows: Cache[tuple[_Row, _Key], NotificationPreferences] = Cache(
    "shared rows", share=0.08, weigh=lambda _key, row: _weigh_row(row)
)
_lists: Cache[tuple[tuple[_Row, ...], _Key], SharedTuple[NotificationPreferences]] = Cache(
    "shared lists", share=0.1, weigh=lambda _key, rows: 16 * len(rows)
)


def _shared_rows(
    rows: tuple[_Row, ...], *, may_change: bool, language: str | None
) -> SharedTuple[NotificationPreferences]:
    key = (may_change, language)
    found = _lists.get((rows, key))
    return _list_rows(rows, key) if found is None else found


def _list_rows(rows: tuple[_Row, ...], key: _Key) -> SharedTuple[NotificationPreferences]:
    """Create a shared list, and those of its rows that are not cached yet."""
    may_change, language = key
    listed, extra = [], 0
    for row in rows:
        found = _rows.get((row, key))
        if found is None:
            with in_language(language):
                found = NotificationPreferences.of(row, None, may_change=may_change)
            found.shared = True
            extra += _weigh_row(found)
            found = _rows.put((row, key), found)
        listed.append(found)
    return _lists.put((rows, key), SharedTuple(listed), extra=extra)


@strawberry.type(description="Cells that a user may see, with their effective values.")
class PreferenceMatrix(Node):
    user: User = described("User of the preferences.")
    backends: list[Backend] = described(COLUMNS)
    notifications: Sequence[NotificationPreferences] = described(ROWS)
    notifications.init = False  # type: ignore[attr-defined]  # see `compute`
    value: Private[matrix.PreferenceMatrix]
    rows: Private["Rows"]
    access: Private[Access]

    @strawberry.field(
        description="Rows that the user cannot see, for lack of a permission or because the user is"
        " inactive. All are off, with the source PERMISSION. Empty unless the viewer may see the"
        " preferences of other users."
    )
    def withheld(self) -> Sequence[NotificationPreferences]:
        return self.rows(self.value.withheld) if self.access.may("view") else []

    @strawberry.field(
        description="One row of `notifications` or `withheld`. Null if it is in neither."
    )
    def notification(self, name: _Name) -> NotificationPreferences | None:
        row = self.value.row(name)
        if row is None and self.access.may("view"):
            withheld = self.value.withheld
            row = next((row for row in withheld if row.notification.name == name), None)
        return self.rows((row,))[0] if row else None

    @classmethod
    def of(
        cls, value: matrix.PreferenceMatrix, access: Access, *, with_ids: bool = True
    ) -> "PreferenceMatrix":
        rows = rows_of(value, access, with_ids=with_ids)
        return cls(
            id=ID(global_id("PreferenceMatrix", value.user.pk)),
            user=User.of(value.user, value.groups),
            backends=[Backend.of(backend) for backend in value.backends],
            value=value,
            rows=rows,
            access=access,
        )


def _notifications(self: PreferenceMatrix) -> Sequence[NotificationPreferences]:
    return self.rows(self.value.rows)


compute(PreferenceMatrix, "notifications", _notifications)

Rows = Callable[[tuple[_Row, ...]], Sequence[NotificationPreferences]]


def rows_of(value: matrix.PreferenceMatrix, access: Access, *, with_ids: bool) -> Rows:
    """Return a function from rows of this matrix to GraphQL rows.

    IDs of rows and cells contain the user's key. If no ID is selected, users with equal rows and
    the same language share GraphQL rows and their encoded responses.
    """
    owner = value.user.pk
    may_change = access.may("change", user=owner)
    if with_ids:
        return lambda rows: [
            NotificationPreferences.of(row, owner, may_change=may_change) for row in rows
        ]
    return partial(_shared_rows, may_change=may_change, language=active_language())
