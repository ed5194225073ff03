"""The rows. What may be written is said in `preferences`, what it adds up to in `precedence`."""

from notifications.models.catalogue import (
    UNPLACED,
    Backend,
    Notification,
    NotificationBackend,
)
from notifications.models.prefs import GroupPrefs, UserPrefs, permission_problem
from notifications.models.versions import ConfigurationVersion, Part

__all__ = [
    "UNPLACED",
    "Backend",
    "ConfigurationVersion",
    "GroupPrefs",
    "Notification",
    "NotificationBackend",
    "Part",
    "UserPrefs",
    "permission_problem",
]
