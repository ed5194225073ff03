"""The domain's enums as GraphQL enums."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry

from notifications.errors import ProblemCode
from notifications.models import State
from notifications.models.querysets import Outcome
from notifications.precedence import Source

E = TypeVar("E", bound=Enum)


def _expose(cls: type[E], *, name: str, description: str, values: Mapping[E, str]) -> None:
    """Make a GraphQL enum of some values of a Python enum, each with its description."""
    strawberry.enum(cls, name=name, description=description)
    definition = cls.__strawberry_definition__  # type: ignore[attr-defined]
    descriptions = {member.name: text for member, text in values.items()}
    definition.values = [value for value in definition.values if value.name in descriptions]
    for value in definition.values:
        value.description = descriptions[value.name]


PreferenceSource = Source
_expose(
    Source,
    name="PreferenceSource",
    description="Layer of the rule that decides a cell.",
    values={
        Source.PERMISSION: "The user is inactive or lacks a permission of the notification. Off.",
        Source.REQUIRED: "The notification requires this backend. On.",
        Source.USER: "Preference of the user.",
        Source.GROUP: "Preferences of the user's groups: on if any of them is on.",
        Source.DEFAULT: "No preference is set: the default of the cell.",
    },
)

PreferenceOutcome = Outcome
_expose(
    Outcome,
    name="PreferenceOutcome",
    description="Effect of an update on one preference.",
    values={
        Outcome.CREATED: "The preference was not set before.",
        Outcome.UPDATED: "The preference had the opposite value before.",
        Outcome.UNCHANGED: "The preference had this value before.",
    },
)

PreferenceProblemCode = ProblemCode
_expose(
    ProblemCode,
    name="PreferenceProblemCode",
    description="Kind of mistake in an entry.",
    values={
        ProblemCode.UNKNOWN_NOTIFICATION: "No notification has this name.",
        ProblemCode.UNKNOWN_BACKEND: "No backend has this name.",
        ProblemCode.BACKEND_NOT_ALLOWED: "The notification cannot be delivered by this backend.",
        ProblemCode.PERMISSION_DENIED: "The user lacks a permission of the notification.",
        ProblemCode.REQUIRED: "The notification requires this backend, which cannot be turned off.",
        ProblemCode.DUPLICATE: "The entry repeats an earlier one.",
        ProblemCode.TOO_MANY: "The list is too long. `index` is the first entry beyond the limit.",
    },
)

DeliveryState = State
_expose(
    State,
    name="DeliveryState",
    description="State of a delivery.",
    values={
        State.PENDING: "It waits for its first or next attempt.",
        State.SENDING: "A worker is sending it.",
        State.SENT: "The backend has accepted it.",
        State.FAILED: "It failed and is not retried automatically.",
        State.WITHHELD: "The cell was off when it was about to be sent.",
    },
)
