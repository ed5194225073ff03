"""Preferences of users and groups: matrices, updates, removal."""

from notifications.preferences.group_writes import (
    change_group,
    check_group,
    clear_group,
    update_group,
)
from notifications.preferences.reads import (
    available,
    configured,
    decisions,
    decisions_about,
    memberships,
    read,
    read_groups,
)
from notifications.preferences.writes import check, clear, update

__all__ = [
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
