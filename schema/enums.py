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


def _show(cls: type[E], *, name: str, description: str, values: Mapping[E, str]) -> None:
    """Show `values` of a Python enum to GraphQL, each with its description."""
    strawberry.enum(cls, name=name, description=description)
    definition = cls.__strawberry_definition__  # type: ignore[attr-defined]
    shown = {member.name: text for member, text in values.items()}
    definition.values = [value for value in definition.values if value.name in shown]
    for value in definition.values:
        value.description = shown[value.name]


PreferenceSource = Source
_show(
    Source,
    name="PreferenceSource",
    description="The layer that decided whether a cell delivers.",
    values={
        Source.PERMISSION: "The user is inactive or lacks a permission of the notification: off.",
        Source.REQUIRED: "The notification is always delivered this way: on.",
        Source.USER: "The user's own preference.",
        Source.GROUP: "What the user's groups say: on if any of them says on.",
        Source.DEFAULT: "Nobody has an opinion: the cell's default.",
    },
)

PreferenceOutcome = Outcome
_show(
    Outcome,
    name="PreferenceOutcome",
    description="What an update did to one preference.",
    values={
        Outcome.CREATED: "There was no preference before.",
        Outcome.UPDATED: "The preference said the opposite before.",
        Outcome.UNCHANGED: "The preference said the same before.",
    },
)

PreferenceProblemCode = ProblemCode
_show(
    ProblemCode,
    name="PreferenceProblemCode",
    description="Why an entry cannot be used.",
    values={
        ProblemCode.UNKNOWN_NOTIFICATION: "There is no such notification.",
        ProblemCode.UNKNOWN_BACKEND: "There is no such backend.",
        ProblemCode.BACKEND_NOT_ALLOWED: "The notification is not delivered by this backend.",
        ProblemCode.PERMISSION_DENIED: "The user does not hold all permissions that it requires.",
        ProblemCode.REQUIRED: "It is always delivered this way; nobody can change that.",
        ProblemCode.DUPLICATE: "The list has named it before.",
        ProblemCode.TOO_MANY: "The list is longer than allowed; the index is the first too many.",
    },
)

DeliveryState = State
_show(
    State,
    name="DeliveryState",
    description="Where a delivery is.",
    values={
        State.PENDING: "It waits for its first attempt, or for another.",
        State.SENDING: "A worker has taken it up.",
        State.SENT: "The backend has it.",
        State.FAILED: "It failed for good: nobody tries again by themselves.",
        State.WITHHELD: "The rule said no when it was about to be sent.",
    },
)
