"""The rows. What may be written is said in `preferences`, what it adds up to in `precedence`."""

from django.apps import apps

from notifications.clashes import require_own_app
from notifications.models.addresses import Address
from notifications.models.catalogue import (
    UNPLACED,
    Backend,
    Notification,
    NotificationBackend,
)
from notifications.models.counts import Sweep, Tally
from notifications.models.delivery import (
    Batch,
    Pace,
    QueuedRetry,
    Send,
    SentNotification,
    State,
)
from notifications.models.imported import ImportedRow
from notifications.models.missing import BackendDoesNotExist, NotificationDoesNotExist
from notifications.models.prefs import GroupPrefs, UserPrefs, permission_problem

__all__ = [
    "UNPLACED",
    "Address",
    "Backend",
    "BackendDoesNotExist",
    "Batch",
    "GroupPrefs",
    "ImportedRow",
    "Notification",
    "NotificationBackend",
    "NotificationDoesNotExist",
    "Pace",
    "QueuedRetry",
    "Send",
    "SentNotification",
    "State",
    "Sweep",
    "Tally",
    "UserPrefs",
    "permission_problem",
]

# Another distribution's app, with files of this one in its folder, ends here in one sentence.
require_own_app(apps.app_configs.get("notifications"))
