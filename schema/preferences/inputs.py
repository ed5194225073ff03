"""What mutations take."""

from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry import ID

from notifications.preferences.validation import Preference
from schema.fields import described


@strawberry.input(description="One wish: whether a backend should deliver a notification.")
class PreferenceInput:
    notification: str = described("The name of the notification.")
    backend: str = described("The name of the backend.")
    notify: bool = described("Whether to deliver.")

    def value(self) -> Preference:
        return Preference(self.notification, self.backend, self.notify)


@strawberry.input(description="Preferences to set; all are, or none.")
class UpdatePreferencesInput:
    user: ID | None = strawberry.field(default=None, description="Whose; without it: the viewer's.")
    preferences: list[PreferenceInput] = described(
        "At the most 1,000, unless configured otherwise; each cell once."
    )


@strawberry.input(description="Preferences to take back.")
class ClearPreferencesInput:
    users: list[ID] | None = strawberry.field(
        default=None, description="Whose; without it: the viewer's; an empty list: nobody's."
    )
    notifications: list[str] | None = strawberry.field(
        default=None, description="Only for notifications with these names; without it: for all."
    )
    backends: list[str] | None = strawberry.field(
        default=None, description="Only for backends with these names; without it: for all."
    )


_IN_PYTHON = {"matricesOf": "matrices_of"}


def convert_quickly(class_: Any) -> None:
    """Convert an input with up to a thousand entries as Strawberry does, but faster.

    Strawberry looks up the names and the types of the fields for each entry.
    """
    class_.__strawberry_definition__.from_input = _convert


def _convert(class_: type, given: Mapping[str, Any], _context: object) -> Any:
    values = {_IN_PYTHON.get(name, name): value for name, value in given.items()}
    entries = [PreferenceInput(**entry) for entry in given["preferences"]]
    return class_(**{**values, "preferences": entries})


convert_quickly(UpdatePreferencesInput)
