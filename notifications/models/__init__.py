"""Models. `preferences` validates writes, `precedence` has the rule over the rows."""

from django.apps import apps

from notifications.clashes import require_own_app
from notifications.models.addresses import Address
from notifications.models.catalogue import (
    UNORDERED,
    Backend,
    BackendDoesNotExist,
    Notification,
    NotificationBackend,
    NotificationDoesNotExist,
)
from notifications.models.delivery import (
    IMPORTED_KEY_PREFIX,
    Batch,
    ImportedRow,
    Send,
    SentNotification,
    State,
)
from notifications.models.prefs import GroupPrefs, UserPrefs, permission_problem
from notifications.models.work import Pace, QueuedRetry, Sweep, Tally

__all__ = [
    "IMPORTED_KEY_PREFIX",
    "UNORDERED",
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

# Fails if another distribution has overwritten files of this app.
require_own_app(apps.app_configs.get("notifications"))
