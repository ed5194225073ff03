"""Permissions from the tables and from custom authentication backends."""

from typing import Any, ClassVar

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission
from django.core.exceptions import PermissionDenied

from notifications.models import Notification
from notifications.preferences import writes
from notifications.preferences.reads import read
from notifications.preferences.validation import Preference
from notifications.preferences.writes import update
from tests.notifications.conftest import ON, make_notification

HERE = "tests.notifications.test_permissions"
TABLES = "django.contrib.auth.backends.ModelBackend"


class Granting(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return perm == "auth.view_group"


class Vetoing(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        raise PermissionDenied


class Counting(BaseBackend):
    calls: ClassVar[list[str]] = []

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        self.calls.append(perm)
        return True


class Silent:
    """Backend without permissions, which only signs users in."""


class Inverted(ModelBackend):
    """Subclass of ModelBackend that inverts the permissions of the tables."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return not super().has_perm(user_obj, perm, obj)


@pytest.fixture
def secret(db: None) -> Notification:
    secret = make_notification("audit", email=ON)
    secret.permissions.add(Permission.objects.get(codename="view_group"))
    return secret


def may(user: Any, notification: Notification) -> bool:
    """Return the result of all ways to check a permission, which must agree."""
    user = get_user_model()._default_manager.get(pk=user.pk)  # without cached permissions
    answers = {
        notification.check_perms(user),
        bool(notification.get_backends(user)),
        notification in Notification.objects.get_user_notifications(user),
        bool(user.is_active) and user.has_perm("auth.view_group"),
    }
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize(
    ("backends", "without", "with_"),
    [
        ([TABLES], False, True),
        ([TABLES, f"{HERE}.Granting"], True, True),
        ([f"{HERE}.Granting", TABLES], True, True),
        ([f"{HERE}.Vetoing", TABLES], False, False),
        ([TABLES, f"{HERE}.Vetoing"], False, True),
        ([f"{HERE}.Silent", TABLES], False, True),
        ([f"{HERE}.Inverted"], True, False),
    ],
)
def test_backends_are_called_as_by_django(
    secret: Notification, alice: Any, settings: Any, backends: list[str], without: bool, with_: bool
) -> None:
    settings.AUTHENTICATION_BACKENDS = backends
    assert may(alice, secret) is without
    alice.groups.get().permissions.set(secret.permissions.all())
    assert may(alice, secret) is with_


def test_a_custom_backend_is_called_once_for_a_matrix(
    secret: Notification, alice: Any, settings: Any
) -> None:
    settings.AUTHENTICATION_BACKENDS = [f"{HERE}.Counting"]
    Counting.calls.clear()
    [matrix] = read(users=[alice])
    assert matrix.row("audit")
    assert Counting.calls == ["auth.view_group"]


def test_a_custom_backend_is_called_once_for_an_update(
    secret: Notification, alice: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AUTHENTICATION_BACKENDS = [f"{HERE}.Counting"]
    monkeypatch.setattr(writes, "_is_possible", lambda _using: False)
    Counting.calls.clear()
    update(user=alice, preferences=[Preference("audit", "email", notify=False)])
    assert Counting.calls == ["auth.view_group"]


def test_active_superuser_holds_all_permissions(secret: Notification, admin: Any) -> None:
    assert may(admin, secret)
    admin.is_active = False
    admin.save()
    assert not may(admin, secret)


def test_user_model_may_override_has_perm(
    secret: Notification, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_user_model(), "has_perm", lambda *_args: True)
    assert may(alice, secret)


def test_anonymous_user_holds_no_permission(secret: Notification) -> None:
    assert not secret.check_perms(AnonymousUser())
