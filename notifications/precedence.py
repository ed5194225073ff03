"""The rule: which layer decides whether one cell delivers, and the reason as a sentence.

A pure function of its arguments. `audience.statement` is the same rule in SQL.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext


class Source(StrEnum):
    """The layer that decides."""

    PERMISSION = "PERMISSION"
    REQUIRED = "REQUIRED"
    USER = "USER"
    GROUP = "GROUP"
    DEFAULT = "DEFAULT"


@dataclass(frozen=True, slots=True)
class Decision:
    """The effective value of a cell, and the layer that decides it."""

    effective: bool
    source: Source

    @property
    def settable(self) -> bool:
        """True if the user may set a preference for the cell."""
        return self.source in _SETTABLE


_SETTABLE = frozenset({Source.USER, Source.GROUP, Source.DEFAULT})
_DENIED = Decision(effective=False, source=Source.PERMISSION)
_REQUIRED = Decision(effective=True, source=Source.REQUIRED)


def decide(  # noqa: PLR0913 - one argument for each row of the table
    *,
    offered: bool,
    permitted: bool,
    required: bool,
    user_value: bool | None,
    group_value: bool | None,
    default: bool,
) -> Decision | None:
    """Decide one cell: the first row that applies decides.

    1. not `offered` (backend disabled, or none of the notification's): None, there is no cell
    2. not `permitted` (inactive, or lacking one of the notification's permissions): off
    3. `required`: on
    4. the user's own preference
    5. the value of the user's groups (see `joint_value`)
    6. the cell's `default`
    """
    if not offered:
        return None
    if not permitted:
        return _DENIED
    if required:
        return _REQUIRED
    if user_value is not None:
        return Decision(user_value, Source.USER)
    if group_value is not None:
        return Decision(group_value, Source.GROUP)
    return Decision(default, Source.DEFAULT)


def joint_value(group_values: Iterable[bool]) -> bool | None:
    """Return True if any value is True, False if all are False, None without values."""
    values = set(group_values)
    return any(values) if values else None


_REASONS: Mapping[Source, str | Promise] = {
    Source.REQUIRED: gettext_lazy("You receive this because it is mandatory."),
    Source.USER: gettext_lazy("You receive this because you turned it on."),
    Source.DEFAULT: gettext_lazy("You receive this because it is on by default."),
}


def reason(source: Source, groups: Collection[str] = ()) -> str:
    """Return the reason why a user receives a message, in the active language.

    `groups` are the names of the user's groups that turn the notification on.
    """
    if source is not Source.GROUP:
        return str(_REASONS[source])
    return ngettext(
        "You receive this because your group %(groups)s has it turned on.",
        "You receive this because your groups %(groups)s have it turned on.",
        len(groups),
    ) % {"groups": ", ".join(groups)}
