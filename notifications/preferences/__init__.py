"""Preferences of users and groups: read as matrices, updated and cleared."""

from notifications.preferences.verbs import (
    available,
    change_group,
    check,
    check_group,
    clear,
    clear_group,
    configured,
    decisions,
    decisions_about,
    memberships,
    read,
    read_groups,
    update,
    update_group,
)

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
