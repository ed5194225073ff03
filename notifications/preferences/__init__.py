"""Preferences of users and groups: matrices, updates, removal."""

from notifications.preferences.group_writes import (
    change_group,
    check_group,
    clear_group,
    update_group,
)
from notifications.preferences.matrix import GroupPreferenceMatrix, PreferenceMatrix
from notifications.preferences.reads import (
    available,
    configured,
    decisions,
    decisions_about,
    memberships,
    read,
    read_groups,
)
from notifications.preferences.rows import Cell, GroupCell, Row
from notifications.preferences.validation import Preference
from notifications.preferences.writes import UpdateResult, check, clear, update

__all__ = [
    "Cell",
    "GroupCell",
    "GroupPreferenceMatrix",
    "Preference",
    "PreferenceMatrix",
    "Row",
    "UpdateResult",
    "available",
    "change_group",
    "check",
    "check_group",
    "clear",
    "clear_group",
    "configured",
    "decisions",
    "decisions_about",
    "memberships",
    "read",
    "read_groups",
    "update",
    "update_group",
]
