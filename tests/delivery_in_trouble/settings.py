"""Settings of the deployment with short leases and a backend of the tests."""

import os
from datetime import datetime, timedelta

from django.utils import timezone

if "HOURS_AHEAD" in os.environ:  # the clock of this machine is wrong

    def ahead() -> datetime:
        return right() + timedelta(hours=float(os.environ["HOURS_AHEAD"]))

    right, timezone.now = timezone.now, ahead

from project.settings import *  # noqa: F403
from project.settings import NOTIFICATION_DELIVERY as DEPLOYED

NOTIFICATION_BACKENDS = [
    "tests.delivery_in_trouble.delivering.Post",
    "notifications.backends.EmailBackend",
    "notifications.backends.InboxBackend",
]
mailers = globals().get("MAILERS")  # Django 6.1
if mailers is None:
    EMAIL_TIMEOUT = 1
elif mailers["default"]["BACKEND"].endswith("smtp.EmailBackend"):
    mailers["default"]["OPTIONS"]["timeout"] = 1
NOTIFICATION_DELIVERY = {
    **DEPLOYED,
    "QUEUE": os.environ.get("QUEUE", "immediate"),
    "LEASE": int(os.environ.get("LEASE", "2")),
    "BATCH": 10,
    "BACKOFF": 1,
    "BACKOFF_LIMIT": 1,
    "ATTEMPTS": 100,
}
