"""The rows. What may be written is said in `preferences`, what it adds up to in `precedence`."""

from notifications.models.catalogue import (
    UNPLACED,
    Backend,
    Notification,
    NotificationBackend,
)
from notifications.models.prefs import GroupPrefs, UserPrefs, permission_problem

__all__ = [
    "UNPLACED",
    "Backend",
    "GroupPrefs",
    "Notification",
    "NotificationBackend",
    "UserPrefs",
    "permission_problem",
]
