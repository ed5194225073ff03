"""Settings for tests: fast, quiet and independent of the environment."""

import os
from pathlib import Path
from tempfile import gettempdir

import django

os.environ["DEBUG"] = "true"
os.environ["SECRET_KEY"] = "only-for-tests"

from project.settings import *  # noqa: F403
from project.settings import DATABASES

# Jobs are done at once, by Django's own tasks.
TASKS = {
    "default": {
        "BACKEND": "django.tasks.backends.immediate.ImmediateBackend"
        if django.VERSION >= (6,)
        else "django_tasks.backends.immediate.ImmediateBackend"
    }
}
NOTIFICATION_DELIVERY = {}
NOTIFICATION_RATES = None  # tests are quicker than people; those of rates set their own
NOTIFICATION_BACKENDS = []  # tests make the backends that they need
NOTIFICATION_MESSAGES = {"SITE_URL": "https://testserver"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A file, not memory: tests of concurrency need connections of their own to one database. One for
# each run, so that two runs do not meet.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(Path(gettempdir(), f"test-{os.getpid()}.sqlite3"))}
