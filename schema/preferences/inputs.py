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


@strawberry.input(description="Entries of the viewer's inbox to mark as read; all are, or none.")
class MarkReadInput:
    ids: list[ID] = described("At the most 1,000, unless configured otherwise.")


@strawberry.input(description="How much of the viewer's inbox to mark as read.")
class MarkAllReadInput:
    up_to: str | None = strawberry.field(
        default=None,
        description="The cursor of the newest entry that the viewer has seen: what came after it"
        " stays unread; without it: everything there is.",
    )
    first: int = strawberry.field(
        default=100,
        description="How many entries to answer with, the newest first: as many as a cache may"
        " have. From 1 to 1,000, unless configured otherwise.",
    )


_IN_PYTHON = {"matricesOf": "matrices_of"}


def _made(class_: type, given: Mapping[str, Any], _context: object) -> Any:
    """Make what Strawberry would make of an input with entries, of which there may be a thousand.

    It looks up the names and the types of their fields in each of them.
    """
    values = {_IN_PYTHON.get(name, name): value for name, value in given.items()}
    entries = [PreferenceInput(**entry) for entry in given["preferences"]]
    return class_(**{**values, "preferences": entries})


WITH_ENTRIES: tuple[Any, ...] = (UpdatePreferencesInput, UpdateGroupPreferencesInput)
for _class in WITH_ENTRIES:
    _class.__strawberry_definition__.from_input = _made
