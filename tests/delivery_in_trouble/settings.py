"""The deployment, for processes that are killed: short leases, and a backend of its own."""

import os

from project.settings import *  # noqa: F403
from project.settings import NOTIFICATION_DELIVERY as DEPLOYED

NOTIFICATION_BACKENDS = [
    "tests.delivery_in_trouble.post.Post",
    "notifications.backends.EmailBackend",
]
EMAIL_TIMEOUT = 1
NOTIFICATION_DELIVERY = {
    **DEPLOYED,
    "QUEUE": os.environ.get("QUEUE", "immediate"),
    "LEASE": 2,
    "BATCH": 10,
    "BACKOFF": 1,
    "BACKOFF_LIMIT": 1,
    "ATTEMPTS": 100,
}
