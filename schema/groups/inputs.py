"""Inputs of the mutations of groups' preferences."""

import strawberry
from strawberry import ID

from schema.fields import described
from schema.preferences.inputs import PreferenceInput, convert_quickly


@strawberry.input(description="Preferences of a group to set; all are, or none.")
class UpdateGroupPreferencesInput:
    group: ID = described("Whose.")
    preferences: list[PreferenceInput] = described(
        "At the most 1,000, unless configured otherwise; each cell once."
    )
    matrices_of: list[ID] | None = strawberry.field(
        default=None,
        description="Users whose matrices to answer with, as a group's preferences change those of"
        " its members; without it: the viewer's.",
    )


@strawberry.input(description="Preferences of a group to take back.")
class ClearGroupPreferencesInput:
    group: ID = described("Whose.")
    notifications: list[str] | None = strawberry.field(
        default=None, description="Only for notifications with these names; without it: for all."
    )
    backends: list[str] | None = strawberry.field(
        default=None, description="Only for backends with these names; without it: for all."
    )
    matrices_of: list[ID] | None = strawberry.field(
        default=None,
        description="Users whose matrices to answer with, as a group's preferences change those of"
        " its members; without it: the viewer's.",
    )


convert_quickly(UpdateGroupPreferencesInput)
