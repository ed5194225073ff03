"""The distribution works in projects that differ from the one that the documentation sets up."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

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

DECLARED = """
from notifications.catalogue import register
register("order-shipped", backends=["inbox"], permissions=["host.view_order"], default=["inbox"])
"""

MODELS = """
from django.db import models
class Order(models.Model):
    pass
"""

PERSON = """
import uuid
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
class Person(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    USERNAME_FIELD = EMAIL_FIELD = "email"
    objects = BaseUserManager()
"""

VISIT = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
from notifications import inbox
from notifications.shortcuts import send_notification
users = get_user_model()
alice = users.objects.create(**{users.USERNAME_FIELD: "alice@example.org"}, is_superuser=True)
client = Client(headers={"host": "localhost"})
client.force_login(alice)
page = client.get("/preferences/")
print(page.status_code, "order-shipped" in page.text)
send_notification("order-shipped", alice, {"message": "On its way."})
print(*(entry.text() for entry in inbox.read(user=alice, first=5).items))
QUERY = "{ preferences { notifications { cells { source } } } }"
answer = client.post("/graphql/", {"query": QUERY}, content_type="application/json")
print(answer.status_code)
"""

MISSING = 'raise ImportError("This host has no Strawberry.")\n'
WITH_SCHEMA = """
INSTALLED_APPS += ["schema"]
"""
SCHEMA_URLS = """
urlpatterns.append(path("", include("schema.urls")))
"""
OWN_USERS = """
AUTH_USER_MODEL = "host.Person"
"""


class Host:
    """A project `host` beside the unpacked wheel."""

    def __init__(self, folder: Path, wheel: Path, **files: str) -> None:
        self.folder = folder
        zipfile.ZipFile(wheel).extractall(folder)
        for name, text in files.items():
            path = folder / "host" / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env={"DJANGO_SETTINGS_MODULE": "host.settings", "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def set_up(self) -> None:
        self.run("-m", "django", "check", "--fail-level", "WARNING", "--database", "default")
        self.run("-m", "django", "makemigrations", "host")
        self.run("-m", "django", "migrate")


def test_it_works_without_graphql(wheel: Path, tmp_path: Path) -> None:
    host = Host(
        tmp_path, wheel, settings=SETTINGS, urls=URLS, models=MODELS, notifications=DECLARED
    )
    for name in ("strawberry", "strawberry_django", "graphql"):
        (tmp_path / f"{name}.py").write_text(MISSING)
    host.set_up()
    assert host.run("-c", VISIT).splitlines() == ["200 True", "On its way.", "404"]


@pytest.mark.parametrize(("users", "models"), [("", ""), (OWN_USERS, PERSON)])
def test_it_works_with_any_user_model(wheel: Path, tmp_path: Path, users: str, models: str) -> None:
    host = Host(
        tmp_path,
        wheel,
        settings=SETTINGS + WITH_SCHEMA + users,
        urls=URLS + SCHEMA_URLS,
        models=MODELS + models,
        notifications=DECLARED,
    )
    host.set_up()
    assert host.run("-c", VISIT).splitlines() == ["200 True", "On its way.", "200"]
