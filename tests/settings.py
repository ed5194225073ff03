"""The project's settings, quick and quiet for tests, whatever the environment says."""

import os

os.environ["DEBUG"] = "true"
os.environ["SECRET_KEY"] = "only-for-tests"  # noqa: S105

from project.settings import *  # noqa: F403
from project.settings import BASE_DIR, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A file, not memory: tests of concurrency need connections of their own to one database.
DATABASES["default"]["TEST"] = {"NAME": None}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "test.sqlite3")}
