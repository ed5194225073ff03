"""The rows. What may be written is said in `preferences`, what it adds up to in `precedence`."""

from notifications.models.addresses import Address
from notifications.models.catalogue import (
    UNPLACED,
    Backend,
    Notification,
    NotificationBackend,
)
from notifications.models.delivery import Batch, Pace, Send, SentNotification, State
from notifications.models.prefs import GroupPrefs, UserPrefs, permission_problem

__all__ = [
    "UNPLACED",
    "Address",
    "Backend",
    "Batch",
    "GroupPrefs",
    "Notification",
    "NotificationBackend",
    "Pace",
    "Send",
    "SentNotification",
    "State",
    "UserPrefs",
    "permission_problem",
]
