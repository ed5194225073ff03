"""The distribution works in projects that differ from the one that the documentation sets up."""

from pathlib import Path

import pytest

from tests.project.host import SCHEMA_URLS, SETTINGS, URLS, WITH_SCHEMA, Host

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
OWN_USERS = """
AUTH_USER_MODEL = "host.Person"
"""


def test_it_works_without_graphql(wheel: Path, tmp_path: Path) -> None:
    host = Host(
        tmp_path, wheel, settings=SETTINGS, urls=URLS, models=MODELS, notifications=DECLARED
    )
    for name in ("strawberry", "strawberry_django", "graphql"):
        (host.site / f"{name}.py").write_text(MISSING)
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
