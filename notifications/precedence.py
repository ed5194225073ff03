"""The rule: which of the layers decides about one cell. Pure; `audience` says the same in SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """The layer that decided."""

    PERMISSION = "PERMISSION"
    REQUIRED = "REQUIRED"
    USER = "USER"
    GROUP = "GROUP"
    DEFAULT = "DEFAULT"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a cell delivers, and why."""

    effective: bool
    source: Source

    @property
    def settable(self) -> bool:
        """Whether the user may have a say here."""
        return self.source in _SETTABLE


_SETTABLE = frozenset({Source.USER, Source.GROUP, Source.DEFAULT})
_DENIED = Decision(effective=False, source=Source.PERMISSION)
_REQUIRED = Decision(effective=True, source=Source.REQUIRED)


def decide(  # noqa: PLR0913 - one argument a row of the table
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
    5. what the user's groups say together (see `joint_value`)
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
    """One group's yes wins; a no counts only where no group says yes; None: none says anything."""
    values = set(group_values)
    return any(values) if values else None
