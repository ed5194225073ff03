"""A small project that is not this one, beside a folder with the unpacked wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

SETTINGS = """
SECRET_KEY = "only-for-tests"
ROOT_URLCONF = "host.urls"
LOGIN_URL = "/sign-in/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "host", "notifications",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": ["django.template.context_processors.request"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "host.sqlite3",
    "OPTIONS": {"transaction_mode": "IMMEDIATE"}}}
NOTIFICATION_BACKENDS = ["notifications.backends.InboxBackend"]
"""

URLS = """
from django.http import HttpResponse
from django.urls import include, path
urlpatterns = [
    path("preferences/", include("notifications.urls")),
    path("sign-in/", lambda request: HttpResponse()),
]
"""

WITH_SCHEMA = """
INSTALLED_APPS += ["schema"]
"""

SCHEMA_URLS = """
urlpatterns.append(path("", include("schema.urls")))
"""


class Host:
    """A project `host`. `site` is where distributions are installed."""

    def __init__(self, folder: Path, wheel: Path, **files: str) -> None:
        self.folder, self.site = folder / "project", folder / "site"
        zipfile.ZipFile(wheel).extractall(self.site)
        (self.folder / "host").mkdir(parents=True)
        for name, text in files.items():
            (self.folder / "host" / f"{name}.py").write_text(text)

    def try_to(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env={"DJANGO_SETTINGS_MODULE": "host.settings", "PYTHONPATH": str(self.site)},
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, *command: str) -> str:
        done = self.try_to(*command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def check(self) -> str:
        """Run the system checks as a server does at its start; return the errors."""
        return self.try_to("-m", "django", "check", "--fail-level", "WARNING").stderr

    def set_up(self) -> None:
        self.run("-m", "django", "check", "--fail-level", "WARNING", "--database", "default")
        self.run("-m", "django", "makemigrations", "host")
        self.run("-m", "django", "migrate")
