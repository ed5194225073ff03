"""Mutations of a user's preferences, and their results.

Results contain all changed objects, so that a normalised cache needs no refetch.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import strawberry
from strawberry import Info, Private

from notifications import preferences
from notifications.access import Access
from notifications.preferences.matrix import PreferenceMatrix as Matrix
from notifications.preferences.writes import UpdateResult
from schema.auth.viewer import signed_in
from schema.enums import PreferenceOutcome
from schema.errors import Forbidden, InvalidPreferences, NotFound, NotSignedIn
from schema.execution.documents import selects_id
from schema.fields import described
from schema.limits.bounds import check_lengths
from schema.people.loaders import find_users
from schema.preferences.inputs import (
    ClearPreferencesInput,
    PreferenceInput,
    UpdatePreferencesInput,
)
from schema.preferences.loaders import matrices_of
from schema.preferences.types import PreferenceCell, PreferenceMatrix, rows_of

OUTCOME = "Effect of the update."
RESULTS = "Result of each entry, in the order of the input."
CLEARED = "Number of cleared preferences."


@strawberry.type(description="Result of one entry of the input.")
class PreferenceResult:
    outcome: PreferenceOutcome = described(OUTCOME)
    cell: PreferenceCell = described("The cell after the update.")


@strawberry.type(description="All preferences have been set.")
class UpdatePreferencesSuccess:
    results: list[PreferenceResult] = described(RESULTS)
    value: Private[Matrix]
    access: Private[Access]
    with_ids: Private[bool]

    @strawberry.field(description="The user's matrix after the update.")
    def matrix(self) -> PreferenceMatrix:
        return PreferenceMatrix.of(self.value, self.access, with_ids=self.with_ids)

    @classmethod
    def of(
        cls,
        updated: UpdateResult[Matrix],
        entries: Sequence[PreferenceInput],
        access: Access,
        *,
        with_ids: bool,
    ) -> "UpdatePreferencesSuccess":
        names = dict.fromkeys(entry.notification for entry in entries)
        values = tuple(filter(None, map(updated.matrix.row, names)))
        rows = rows_of(updated.matrix, access, with_ids=with_ids)(values)
        results = [
            PreferenceResult(outcome=outcome, cell=cell)
            for outcome, cell in zip(updated.outcomes, cells_of(rows, entries), strict=True)
        ]
        return cls(results=results, value=updated.matrix, access=access, with_ids=with_ids)


@strawberry.type(description="The preferences have been cleared.")
class ClearPreferencesSuccess:
    cleared: int = described(CLEARED)
    users: Private[Sequence[Any]]
    access: Private[Access]
    with_ids: Private[bool]

    @strawberry.field(description="Matrices of the users afterwards, in the order of the input.")
    def matrices(self) -> list[PreferenceMatrix]:
        return matrices_of(self.users, self.access, with_ids=self.with_ids)


def cells_of(rows: Iterable[Any], entries: Sequence[PreferenceInput]) -> list[Any]:
    """Return the cell of each entry of an input."""
    cells = {(row.notification.name, cell.backend.name): cell for row in rows for cell in row.cells}
    return [cells[entry.notification, entry.backend] for entry in entries]


UpdatePreferencesResult = Annotated[
    UpdatePreferencesSuccess | NotSignedIn | Forbidden | NotFound | InvalidPreferences,
    strawberry.union("UpdatePreferencesResult", description="Success, or an error."),
]
ClearPreferencesResult = Annotated[
    ClearPreferencesSuccess | NotSignedIn | Forbidden | NotFound | InvalidPreferences,
    strawberry.union("ClearPreferencesResult", description="Success, or an error."),
]

_input = strawberry.argument(description="Input of the mutation.")


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Set preferences of a user: all of them, or none after an error."
    )
    def update_preferences(
        self,
        info: Info,
        input: Annotated[UpdatePreferencesInput, _input],  # noqa: A002
    ) -> UpdatePreferencesResult:
        access = signed_in(info)
        check_lengths(input.preferences)
        [user] = find_users(access, "change", None if input.user is None else [input.user])
        values = [entry.value() for entry in input.preferences]
        updated = preferences.update(user=user, preferences=values, public_only=True)
        return UpdatePreferencesSuccess.of(
            updated, input.preferences, access, with_ids=selects_id(info.operation)
        )

    @strawberry.mutation(
        description="Clear preferences of users: preferences of their groups, or defaults, apply"
        " again. Requires no permission of the notifications."
    )
    def clear_preferences(
        self,
        info: Info,
        input: Annotated[ClearPreferencesInput, _input],  # noqa: A002
    ) -> ClearPreferencesResult:
        access = signed_in(info)
        check_lengths(input.users, input.notifications, input.backends)
        users = find_users(access, "change", input.users)
        cleared = preferences.clear(
            users=users,
            notifications=input.notifications,
            backends=input.backends,
            public_only=True,
        )
        return ClearPreferencesSuccess(
            cleared=cleared,
            users=users,
            access=access,
            with_ids=selects_id(info.operation),
        )
