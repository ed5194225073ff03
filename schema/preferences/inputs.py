"""Inputs of the mutations of a user's preferences."""

from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry import ID

from notifications.preferences.validation import Preference
from schema.fields import described


@strawberry.input(
    description="Preference to set: delivery of a notification by a backend, on or off."
)
class PreferenceInput:
    notification: str = described("Name of the notification.")
    backend: str = described("Name of the backend.")
    notify: bool = described("True to deliver.")

    def value(self) -> Preference:
        return Preference(self.notification, self.backend, self.notify)


@strawberry.input(description="Preferences to set: all of them, or none after an error.")
class UpdatePreferencesInput:
    user: ID | None = strawberry.field(
        default=None, description="ID of the user. Defaults to the viewer."
    )
    preferences: list[PreferenceInput] = described(
        "Up to 1,000 entries by default, each cell once."
    )


@strawberry.input(description="Preferences to clear.")
class ClearPreferencesInput:
    users: list[ID] | None = strawberry.field(
        default=None,
        description="IDs of the users. Defaults to the viewer. An empty list clears nothing.",
    )
    notifications: list[str] | None = strawberry.field(
        default=None, description="Names of notifications. Defaults to all."
    )
    backends: list[str] | None = strawberry.field(
        default=None, description="Names of backends. Defaults to all."
    )


_PYTHON_NAMES = {"matricesOf": "matrices_of"}


def convert_quickly(class_: Any) -> None:
    """Convert an input with up to a thousand entries as Strawberry does, but faster.

    Strawberry looks up the names and the types of the fields for each entry.
    """
    class_.__strawberry_definition__.from_input = _convert


def _convert(class_: type, given: Mapping[str, Any], _context: object) -> Any:
    values = {_PYTHON_NAMES.get(name, name): value for name, value in given.items()}
    entries = [PreferenceInput(**entry) for entry in given["preferences"]]
    return class_(**{**values, "preferences": entries})


convert_quickly(UpdatePreferencesInput)
