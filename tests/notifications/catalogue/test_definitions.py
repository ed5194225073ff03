"""`create_notification` in modules: django-notifier's documented convention."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from notifications import catalogue
from notifications.backends import BaseBackend
from notifications.catalogue import definitions, specs
from notifications.errors import InvalidNotification
from notifications.models import Backend, Notification
from notifications.shortcuts import create_notification, send_notification

CONVENTION = """
from notifications.shortcuts import create_notification

CARD = create_notification("card-declined", "Card declined", backends=["post"])

def shipped():
    return create_notification("shipped")

SHIPPED = shipped()
"""


class Post(BaseBackend):
    name = "post"

    def send(self, user: Any, context: Any = None) -> None:
        super().send(user, context)


class Pigeon(Post):
    name = "pigeon"


HERE = "tests.notifications.catalogue.test_definitions"


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Iterator[Callable[..., Any]]:
    """Install an app `shop`, write its `notifications` module, and return an importer of it."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()

    def write(text: str = CONVENTION) -> Any:
        sys.modules.pop("shop.notifications", None)
        importlib.invalidate_caches()
        (tmp_path / "shop" / "notifications.py").write_text(text)
        return lambda: importlib.import_module("shop.notifications")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(specs, "_registered", [])
        patch.setattr(definitions, "_definitions", [])
        patch.syspath_prepend(tmp_path)
        settings.NOTIFICATION_BACKENDS = [f"{HERE}.Post", f"{HERE}.Pigeon"]
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "shop"]
        yield write
    for name in ("shop", "shop.notifications"):
        sys.modules.pop(name, None)


def cells() -> dict[str, list[str]]:
    rows = Notification.objects.all()
    return {row.name: [cell.backend.name for cell in row.cells.all()] for row in rows}


def test_empty_database_needs_one_migrate(transactional_db: None, shop: Any) -> None:
    shop()
    call_command("migrate", "notifications", "zero", verbosity=0)
    out = StringIO()
    try:
        call_command("migrate", stdout=out)
        assert cells() == {"card-declined": ["post"], "shipped": ["post", "pigeon"]}
        assert "+ notification shipped" in out.getvalue()
        again = StringIO()
        call_command("migrate", stdout=again)
        assert "catalogue" not in again.getvalue()
    finally:
        call_command("migrate", verbosity=0)


@pytest.mark.parametrize("backend", ["post", "email"])
def test_new_database_is_migrated_in_one_run(tmp_path: Path, backend: str) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    module = CONVENTION.replace('"post"', f'"{backend}"')
    (tmp_path / "shop" / "notifications.py").write_text(module)
    (tmp_path / "shop" / "apps.py").write_text(
        "from django.apps import AppConfig\n"
        "class Shop(AppConfig):\n"
        "    name = 'shop'\n"
        "    def ready(self):\n"
        "        import shop.notifications\n"
    )
    (tmp_path / "shop_settings.py").write_text(
        "SECRET_KEY = 'x'\n"
        "INSTALLED_APPS = ['shop', 'django.contrib.auth', 'django.contrib.contenttypes',"
        " 'notifications']\n"
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'new.sqlite3'}}\n"
        + (f"NOTIFICATION_BACKENDS = ['{HERE}.{backend.title()}']\n" if backend != "email" else "")
        + "DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", "migrate"],
        cwd=tmp_path,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shop_settings",
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd()}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "+ notification card-declined" in done.stdout


def test_importing_a_module_writes_nothing(db: None, shop: Any) -> None:
    module = shop()()
    assert not Notification.objects.exists()
    assert repr(module.CARD) == "<Declared notification: card-declined>"
    with pytest.raises(Notification.DoesNotExist):
        module.CARD.pk  # noqa: B018 - reads the row


def test_declared_notification_can_be_used(db: None, shop: Any, alice: Any) -> None:
    module = shop()()
    call_command("migrate", verbosity=0)
    row = Notification.objects.get(name="card-declined")
    assert isinstance(module.CARD, Notification)
    assert row == module.CARD
    assert hash(module.CARD) == hash(row)
    assert str(module.CARD) == "Card declined"
    assert list(Notification.objects.filter(pk=module.CARD.pk)) == [row]
    assert module.CARD.update_user_prefs(alice, {"post": True}) == {"post": "created"}
    assert module.CARD.send(alice).backends == {"post": 1}
    assert send_notification("card-declined", alice).backends == {"post": 1}
    assert alice.userprefs_set.filter(notification=module.CARD).count() == 1


def test_function_of_the_module_writes_when_called(db: None, shop: Any) -> None:
    module = shop()()
    Backend.objects.create(name="fax")
    assert module.shipped() == Notification.objects.get()
    assert cells() == {"shipped": ["fax"]}


def test_discovery_of_modules_writes_nothing(
    db: None, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "notifications.catalogue.discovery.autodiscover_modules",
        lambda _: create_notification("elsewhere"),
    )
    assert [found.name for found in catalogue.declared().definitions] == ["elsewhere"]
    assert not Notification.objects.exists()


def test_calls_while_apps_load_are_declarations(
    db: None, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps, "ready", False)
    create_notification("early")
    monkeypatch.undo()
    assert not Notification.objects.exists()
    assert definitions.definitions()[-1].location.startswith(f"{HERE}, line ")


def test_admin_form_writes_nothing(db: None, shop: Any, admin: Any) -> None:
    shop()
    call_command("migrate", verbosity=0)
    Notification.objects.filter(name="card-declined").update(public=False, display_name="Card")
    rows = list(Notification.objects.values())
    for cached in (True, False):
        if not cached:
            shop()
        client = Client()
        client.force_login(admin)
        key = Notification.objects.get(name="card-declined").pk
        address = reverse("admin:notifications_notification_change", args=[key])
        response = client.get(address)
        assert 'name="_save"' in response.content.decode()
        assert list(Notification.objects.values()) == rows
    call_command("migrate", verbosity=0)
    row = Notification.objects.get(name="card-declined")
    assert (row.public, row.display_name) == (False, "Card")


def test_declared_notification_cannot_be_deleted(db: None, shop: Any, admin: Any) -> None:
    shop()
    call_command("migrate", verbosity=0)
    client = Client()
    client.force_login(admin)
    key = Notification.objects.get(name="card-declined").pk
    delete = reverse("admin:notifications_notification_delete", args=[key])
    assert client.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("call", "mistake"),
    [
        ('"a", backends=["fax"]', "There is no backend named 'fax'. Allowed: post, pigeon."),
        ('"a", permissions="no.such"', "Permission 'no.such' does not exist"),
        ('"a", "x" * 201', "display_name has 201 characters"),
        ('""', "A notification needs a name."),
        ('"a"); register("a"', "it is already declared in shop.notifications, line 3."),
    ],
)
def test_mistakes_fail_migrate_with_their_location(
    db: None, shop: Any, call: str, mistake: str
) -> None:
    shop(
        "from notifications.catalogue import register\n"
        "from notifications.shortcuts import create_notification\n"
        f"create_notification({call})\n"
    )
    with pytest.raises(CommandError) as caught:
        call_command("migrate", verbosity=0)
    assert "shop.notifications, line 3: " in str(caught.value)
    assert mistake in str(caught.value)
    assert not Notification.objects.exists()


def test_two_modules_can_define_one_notification(db: None, shop: Any) -> None:
    shop(f"{CONVENTION}\ncreate_notification('card-declined', public=False)")
    call_command("migrate", verbosity=0)
    row = Notification.objects.get(name="card-declined")
    assert (row.display_name, row.public) == ("Card declined", False)


def test_catalogue_can_take_over_a_definition(db: None, shop: Any) -> None:
    shop()
    call_command("migrate", verbosity=0)
    spec = specs.NotificationSpec("shipped", "Shipped", backends=("post",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(specs, "_registered", [spec])
        patch.setattr(definitions, "_definitions", [])
        call_command("migrate", verbosity=0)
        assert cells()["shipped"] == ["post"]
        with pytest.raises(InvalidNotification):
            create_notification("shipped", "Sent")
        patch.setattr(specs, "_registered", [])
        call_command("migrate", verbosity=0)
    row = Notification.objects.get(name="shipped")
    assert (row.public, row.retired, row.visible) == (True, True, False)
    assert create_notification("shipped").visible
