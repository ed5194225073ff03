"""Matrices as GraphQL types: plain attributes, made in one go from the domain's values."""

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

COLUMNS = "The columns: every enabled backend that any of the rows uses, in catalogue order."
ROWS = "The rows, in catalogue order."
CELLS = "A cell for each backend of the notification, in catalogue order."
ROW_NOTIFICATION = "What the cells are about."

_Name = Annotated[str, strawberry.argument(description="The name of the notification.")]


@strawberry.type(description="Whether one backend delivers one notification to one user, and why.")
class PreferenceCell(Node):
    notification: Notification = described("The row of the cell.")
    backend: Backend = described("The column of the cell.")
    effective: bool = described("Whether the backend delivers, after all layers.")
    source: PreferenceSource = described("The layer that decided it.")
    user_value: bool | None = described("The user's own preference; null: none.")
    group_value: bool | None = described(
        "What the user's groups say together; null: none of them says anything."
    )
    default_value: bool = described("What holds while nobody has an opinion.")
    editable: bool = described("Whether the viewer may set it now.")


@strawberry.type(description="One notification's cells for one user.")
class NotificationPreferences(Shareable, Node):
    notification: Notification = described(ROW_NOTIFICATION)
    cells: list[PreferenceCell] = described(CELLS)

    @classmethod
    def of(cls, row: Row[Cell], owner: Any, *, may_change: bool) -> Self:
        """Make a row; for nobody in particular, if `owner` is None: then nothing has an id."""

        def id_of(type_name: str, *keys: Any) -> Any:
            # Asking for one that is not there is an error, as no id is nullable.
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
"""Conditions that rows depend on: whether the viewer may change them, and the language."""

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
    """Create a list of rows and those rows that no list has yet, which it keeps in memory."""
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


@strawberry.type(description="All cells that a user may see, with effective values.")
class PreferenceMatrix(Node):
    user: User = described("Whose preferences these are.")
    backends: list[Backend] = described(COLUMNS)
    notifications: Sequence[NotificationPreferences] = described(ROWS)
    notifications.init = False  # type: ignore[attr-defined]  # see `compute`
    value: Private[matrix.PreferenceMatrix]
    rows: Private["Rows"]
    access: Private[Access]

    @strawberry.field(
        description="The rows that the user does not see, being inactive or lacking a permission:"
        " all off, with the source PERMISSION. For those who may see other users' preferences;"
        " empty for everybody else."
    )
    def withheld(self) -> Sequence[NotificationPreferences]:
        return self.rows(self.value.withheld) if self.access.may("view") else []

    @strawberry.field(description="One of the rows, or of those withheld; null: it is neither.")
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
    """Return what makes rows of this matrix.

    Ids of rows and cells have the user in them. If no id is selected, all users of one language
    whose rows are equal share them, and their encoded answers.
    """
    owner = value.user.pk
    may_change = access.may("change", user=owner)
    if with_ids:
        return lambda rows: [
            NotificationPreferences.of(row, owner, may_change=may_change) for row in rows
        ]
    return partial(_shared_rows, may_change=may_change, language=active_language())
