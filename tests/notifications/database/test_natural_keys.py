"""Fixtures with natural keys, loaded where primary keys differ."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command

from notifications.database import natural_keys
from notifications.models import (
    Address,
    Backend,
    GroupPrefs,
    Notification,
    NotificationBackend,
    Send,
    SentNotification,
    State,
    UserPrefs,
)
from project.models import GroupManager
from tests.notifications.conftest import ON, REQUIRED, make_notification

NAMED: tuple[Any, ...] = (
    Backend,
    Notification,
    NotificationBackend,
    UserPrefs,
    GroupPrefs,
    Address,
    Send,
    SentNotification,
    GroupManager,
)
UNNAMED = {"Batch", "ImportedRow", "Pace", "QueuedRetry", "Sweep", "Tally"}
"""Models of work in progress and of counters, which have no names."""


def keys() -> dict[str, list[Any]]:
    return {
        model.__name__: sorted(row.natural_key() for row in model._default_manager.all())
        for model in NAMED
    }


def test_named_models_have_a_natural_key() -> None:
    models: set[Any] = {*apps.get_app_config("notifications").get_models(), GroupManager}
    assert models - set(NAMED) == {model for model in models if model.__name__ in UNNAMED}


@pytest.fixture
def rows(alice: Any, bob: Any, reviewers: Group) -> None:
    a = make_notification("a", email=ON, sms=REQUIRED)
    email = Backend.objects.get(name="email")
    for user, notify in ((alice, True), (bob, False)):
        UserPrefs.objects.create(user=user, notification=a, backend=email, notify=notify)
        Address.objects.create(user=user, backend=email, address=f"to:{user.get_username()}")
    GroupPrefs.objects.create(group=reviewers, notification=a, backend=email)
    send = Send.objects.create(notification=a, key="k")
    SentNotification.objects.create(
        send=send,
        notification=a,
        backend=email,
        user=alice,
        state=State.SENT,
        success=True,
        source="USER",
    )


@pytest.mark.parametrize("format_", ["json", "xml"])
def test_fixture_is_loaded_into_other_primary_keys(
    rows: None, tmp_path: Path, format_: str
) -> None:
    file = tmp_path / f"fixture.{format_}"
    user_model = get_user_model()._meta.label
    dumped = ["notifications", "project", "auth.group", user_model, "--exclude=notifications.batch"]
    options = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True}
    call_command("dumpdata", *dumped, format=format_, output=str(file), **options)
    before, old = keys(), Notification.objects.get().pk
    for model in (*reversed(NAMED), Group, get_user_model()):
        model._default_manager.all().delete()
    make_notification("pad", pad=ON)
    Notification.objects.create(pk=old, name="b")

    for _ in range(2):
        call_command("loaddata", str(file), verbosity=0)

    after = keys()
    assert {
        name: [key for key in found if not {"pad", "b"} & {str(part) for part in key}]
        for name, found in after.items()
    } == before
    preference = UserPrefs.objects.get(notify=False)
    assert (preference.notification.name, preference.user.get_username()) == ("a", "bob")
    assert preference.notification.pk != old


def test_user_model_without_natural_keys_uses_primary_keys(
    rows: None, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(natural_keys, "_has_natural_key", lambda: False)
    row = UserPrefs.objects.get(user=alice)
    assert row.natural_key() == ("a", "email", alice.pk)
    assert UserPrefs.objects.get_by_natural_key("a", "email", str(alice.pk)) == row
