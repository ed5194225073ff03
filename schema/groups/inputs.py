"""Inputs of the mutations of groups' preferences."""

import strawberry
from strawberry import ID

from schema.fields import described
from schema.preferences.inputs import PreferenceInput, convert_quickly


@strawberry.input(description="Preferences of a group to set: all of them, or none after an error.")
class UpdateGroupPreferencesInput:
    group: ID = described("ID of the group.")
    preferences: list[PreferenceInput] = described(
        "Up to 1,000 entries by default, each cell once."
    )
    matrices_of: list[ID] | None = strawberry.field(
        default=None,
        description="IDs of users whose matrices to return, as the group's preferences change those"
        " of its members. Defaults to the viewer.",
    )


@strawberry.input(description="Preferences of a group to clear.")
class ClearGroupPreferencesInput:
    group: ID = described("ID of the group.")
    notifications: list[str] | None = strawberry.field(
        default=None, description="Names of notifications. Defaults to all."
    )
    backends: list[str] | None = strawberry.field(
        default=None, description="Names of backends. Defaults to all."
    )
    matrices_of: list[ID] | None = strawberry.field(
        default=None,
        description="IDs of users whose matrices to return, as the group's preferences change those"
        " of its members. Defaults to the viewer.",
    )


convert_quickly(UpdateGroupPreferencesInput)
