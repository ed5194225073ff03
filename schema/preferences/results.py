"""What mutations answer."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import strawberry
from strawberry import Private

from notifications import preferences
from notifications.access import Access
from notifications.inbox import reads
from notifications.preferences.matrix import GroupPreferenceMatrix as GroupMatrixValue
from notifications.preferences.matrix import PreferenceMatrix as MatrixValue
from notifications.preferences.updates import Updated
from schema.enums import PreferenceOutcome
from schema.errors import Forbidden, InvalidInput, InvalidPreferences, NotFound, NotSignedIn
from schema.fields import described
from schema.inbox.types import InboxEntry, InboxSummary
from schema.preferences.inputs import PreferenceInput
from schema.preferences.types import (
    GroupPreferenceCell,
    GroupPreferenceMatrix,
    PreferenceCell,
    PreferenceMatrix,
    rows_of,
)

_OUTCOME = "What the update did."
_RESULTS = "What became of each entry, in the order of the input."
_CLEARED = "How many preferences were removed."


def matrices_of(users: Sequence[Any], access: Access, *, with_ids: bool) -> list[PreferenceMatrix]:
    """Read the matrices of users in one statement."""
    values = preferences.read(users=users)
    return [PreferenceMatrix.of(value, access, with_ids=with_ids) for value in values]


@strawberry.type(description="What became of one entry of the input.")
class PreferenceResult:
    outcome: PreferenceOutcome = described(_OUTCOME)
    cell: PreferenceCell = described("The cell as it is now.")


@strawberry.type(description="All preferences were set.")
class UpdatePreferencesSuccess:
    results: list[PreferenceResult] = described(_RESULTS)
    value: Private[MatrixValue]
    access: Private[Access]
    with_ids: Private[bool]

    @strawberry.field(description="The user's matrix as it is now.")
    def matrix(self) -> PreferenceMatrix:
        return PreferenceMatrix.of(self.value, self.access, with_ids=self.with_ids)

    @classmethod
    def of(
        cls,
        updated: Updated[MatrixValue],
        asked: Sequence[PreferenceInput],
        access: Access,
        *,
        with_ids: bool,
    ) -> "UpdatePreferencesSuccess":
        names = dict.fromkeys(entry.notification for entry in asked)
        rows = tuple(filter(None, map(updated.matrix.row, names)))
        made = rows_of(updated.matrix, access, with_ids=with_ids)(rows)
        results = [
            PreferenceResult(outcome=outcome, cell=cell)
            for outcome, cell in zip(updated.outcomes, _cells(made, asked), strict=True)
        ]
        return cls(results=results, value=updated.matrix, access=access, with_ids=with_ids)


@strawberry.type(description="The preferences were removed.")
class ClearPreferencesSuccess:
    cleared: int = described(_CLEARED)
    users: Private[Sequence[Any]]
    access: Private[Access]
    with_ids: Private[bool]

    @strawberry.field(description="The users' matrices as they are now, in the order of the input.")
    def matrices(self) -> list[PreferenceMatrix]:
        return matrices_of(self.users, self.access, with_ids=self.with_ids)


@strawberry.type(description="What became of one entry of the input.")
class GroupPreferenceResult:
    outcome: PreferenceOutcome = described(_OUTCOME)
    cell: GroupPreferenceCell = described("The cell as it is now.")


@strawberry.type
class _GroupSuccess:
    users: Private[Sequence[Any]]
    access: Private[Access]
    with_ids: Private[bool]

    @strawberry.field(
        description="The matrices of the users in `matricesOf`, in its order, as they are now."
    )
    def matrices(self) -> list[PreferenceMatrix]:
        return matrices_of(self.users, self.access, with_ids=self.with_ids)


@strawberry.type(description="All preferences were set.")
class UpdateGroupPreferencesSuccess(_GroupSuccess):
    results: list[GroupPreferenceResult] = described(_RESULTS)
    matrix: GroupPreferenceMatrix = described("The group's matrix as it is now.")

    @classmethod
    def of(
        cls,
        updated: Updated[GroupMatrixValue],
        asked: Sequence[PreferenceInput],
        users: Sequence[Any],
        access: Access,
        *,
        with_ids: bool,
    ) -> "UpdateGroupPreferencesSuccess":
        matrix = GroupPreferenceMatrix.of(updated.matrix, access)
        results = [
            GroupPreferenceResult(outcome=outcome, cell=cell)
            for outcome, cell in zip(
                updated.outcomes, _cells(matrix.notifications, asked), strict=True
            )
        ]
        return cls(results=results, matrix=matrix, users=users, access=access, with_ids=with_ids)


@strawberry.type(description="The preferences were removed.")
class ClearGroupPreferencesSuccess(_GroupSuccess):
    cleared: int = described(_CLEARED)
    matrix: GroupPreferenceMatrix = described("The group's matrix as it is now.")


@strawberry.type
class _Marked:
    summary: InboxSummary = described("Of the whole inbox, as it is now.")

    @strawberry.field(description="As in `summary`: how many entries are unread now.")
    def unread_count(self) -> int:
        return reads.unread_count(user=self.summary.user)


@strawberry.type(description="The entries are read.")
class MarkReadSuccess(_Marked):
    entries: list[InboxEntry] = described(
        "The entries as they are now, each once, in the order of the input."
    )

    @classmethod
    def of(cls, entries: Iterable[reads.Entry], user: Any) -> "MarkReadSuccess":
        return cls(summary=InboxSummary.of(user), entries=list(map(InboxEntry.of, entries)))


@strawberry.type(description="What the viewer has seen is read.")
class MarkAllReadSuccess(_Marked):
    marked: int = described("How many entries had not been read before.")
    first: Private[int]
    up_to: Private[int | None]

    @strawberry.field(
        description="The newest of those that this was about, as they are now: `first` of them."
    )
    def entries(self) -> list[InboxEntry]:
        after = None if self.up_to is None else self.up_to + 1
        page = reads.read(user=self.summary.user, first=self.first, after=after)
        return list(map(InboxEntry.of, page.items))

    @classmethod
    def of(cls, marked: int, user: Any, first: int, up_to: int | None) -> "MarkAllReadSuccess":
        return cls(summary=InboxSummary.of(user), marked=marked, first=first, up_to=up_to)


def _cells(rows: Iterable[Any], asked: Sequence[PreferenceInput]) -> list[Any]:
    cells = {(row.notification.name, cell.backend.name): cell for row in rows for cell in row.cells}
    return [cells[entry.notification, entry.backend] for entry in asked]


UpdatePreferencesResult = Annotated[
    UpdatePreferencesSuccess | NotSignedIn | Forbidden | NotFound | InvalidPreferences,
    strawberry.union("UpdatePreferencesResult", description="Set, or why not."),
]
ClearPreferencesResult = Annotated[
    ClearPreferencesSuccess | NotSignedIn | Forbidden | NotFound | InvalidPreferences,
    strawberry.union("ClearPreferencesResult", description="Removed, or why not."),
]
UpdateGroupPreferencesResult = Annotated[
    UpdateGroupPreferencesSuccess | NotSignedIn | Forbidden | NotFound | InvalidPreferences,
    strawberry.union("UpdateGroupPreferencesResult", description="Set, or why not."),
]
ClearGroupPreferencesResult = Annotated[
    ClearGroupPreferencesSuccess | NotSignedIn | Forbidden | NotFound | InvalidPreferences,
    strawberry.union("ClearGroupPreferencesResult", description="Removed, or why not."),
]
MarkReadResult = Annotated[
    MarkReadSuccess | NotSignedIn | NotFound | InvalidInput,
    strawberry.union("MarkReadResult", description="Marked, or why not."),
]
MarkAllReadResult = Annotated[
    MarkAllReadSuccess | NotSignedIn | InvalidInput,
    strawberry.union("MarkAllReadResult", description="Marked, or why not."),
]
