"""Mutations of a group's preferences, and their results."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry import Info, Private

from notifications import preferences
from notifications.access import Access
from notifications.preferences.matrix import GroupPreferenceMatrix as GroupMatrix
from notifications.preferences.writes import UpdateResult
from schema.auth.viewer import signed_in
from schema.enums import PreferenceOutcome
from schema.errors import Forbidden, InvalidPreferences, NotFound, NotSignedIn
from schema.execution.documents import selects_id
from schema.fields import described
from schema.groups.inputs import ClearGroupPreferencesInput, UpdateGroupPreferencesInput
from schema.groups.types import GroupPreferenceCell, GroupPreferenceMatrix
from schema.limits.bounds import check_lengths
from schema.people.loaders import find_group, find_users
from schema.preferences.inputs import PreferenceInput
from schema.preferences.loaders import matrices_of
from schema.preferences.mutations import CLEARED, OUTCOME, RESULTS, cells_of
from schema.preferences.types import PreferenceMatrix


@strawberry.type(description="Result of one entry of the input.")
class GroupPreferenceResult:
    outcome: PreferenceOutcome = described(OUTCOME)
    cell: GroupPreferenceCell = described("The cell after the update.")


@strawberry.type
class _GroupSuccess:
    users: Private[Sequence[Any]]
    access: Private[Access]
    with_ids: Private[bool]

    @strawberry.field(description="Matrices of the users in `matricesOf` afterwards, in its order.")
    def matrices(self) -> list[PreferenceMatrix]:
        return matrices_of(self.users, self.access, with_ids=self.with_ids)


@strawberry.type(description="All preferences have been set.")
class UpdateGroupPreferencesSuccess(_GroupSuccess):
    results: list[GroupPreferenceResult] = described(RESULTS)
    matrix: GroupPreferenceMatrix = described("The group's matrix afterwards.")

    @classmethod
    def of(
        cls,
        updated: UpdateResult[GroupMatrix],
        entries: Sequence[PreferenceInput],
        users: Sequence[Any],
        access: Access,
        *,
        with_ids: bool,
    ) -> "UpdateGroupPreferencesSuccess":
        group = GroupPreferenceMatrix.of(updated.matrix, access)
        results = [
            GroupPreferenceResult(outcome=outcome, cell=cell)
            for outcome, cell in zip(
                updated.outcomes, cells_of(group.notifications, entries), strict=True
            )
        ]
        return cls(results=results, matrix=group, users=users, access=access, with_ids=with_ids)


@strawberry.type(description="The preferences have been cleared.")
class ClearGroupPreferencesSuccess(_GroupSuccess):
    cleared: int = described(CLEARED)
    matrix: GroupPreferenceMatrix = described("The group's matrix afterwards.")


UpdateGroupPreferencesResult = Annotated[
    UpdateGroupPreferencesSuccess | NotSignedIn | Forbidden | NotFound | InvalidPreferences,
    strawberry.union("UpdateGroupPreferencesResult", description="Success, or an error."),
]
ClearGroupPreferencesResult = Annotated[
    ClearGroupPreferencesSuccess | NotSignedIn | Forbidden | NotFound | InvalidPreferences,
    strawberry.union("ClearGroupPreferencesResult", description="Success, or an error."),
]

_input = strawberry.argument(description="Input of the mutation.")


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Set preferences of a group: all of them, or none after an error."
    )
    def update_group_preferences(
        self,
        info: Info,
        input: Annotated[UpdateGroupPreferencesInput, _input],  # noqa: A002
    ) -> UpdateGroupPreferencesResult:
        access = signed_in(info)
        check_lengths(input.preferences, input.matrices_of)
        group = find_group(access, "change", input.group)
        users = find_users(access, "view", input.matrices_of)
        values = [entry.value() for entry in input.preferences]
        updated = preferences.update_group(group=group, preferences=values, public_only=True)
        return UpdateGroupPreferencesSuccess.of(
            updated, input.preferences, users, access, with_ids=selects_id(info.operation)
        )

    @strawberry.mutation(description="Clear preferences of a group.")
    def clear_group_preferences(
        self,
        info: Info,
        input: Annotated[ClearGroupPreferencesInput, _input],  # noqa: A002
    ) -> ClearGroupPreferencesResult:
        access = signed_in(info)
        check_lengths(input.notifications, input.backends, input.matrices_of)
        group = find_group(access, "change", input.group)
        users = find_users(access, "view", input.matrices_of)
        cleared = preferences.clear_group(
            group=group,
            notifications=input.notifications,
            backends=input.backends,
            public_only=True,
        )
        [value] = preferences.read_groups(groups=[group])
        return ClearGroupPreferencesSuccess(
            cleared=cleared,
            matrix=GroupPreferenceMatrix.of(value, access),
            users=users,
            access=access,
            with_ids=selects_id(info.operation),
        )
