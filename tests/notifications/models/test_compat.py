"""Methods of models and managers under django-notifier's names."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError

from notifications.errors import InvalidPreferences, WrongSubject
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.shortcuts import update_preferences
from tests.notifications.conftest import OFF, ON, REQUIRED, make_notification


@pytest.fixture
def email(notification: Notification) -> Backend:
    backend: Backend = Backend.objects.get(name="email")
    return backend


@pytest.fixture
def secret(notification: Notification) -> Notification:
    secret = make_notification("audit", email=ON)
    secret.permissions.add(*Permission.objects.filter(codename__in=["view_group", "add_group"]))
    return secret


def test_update_returns_only_what_changed(
    notification: Notification, email: Backend, alice: Any
) -> None:
    assert notification.update_user_prefs(alice, {"sms": True, email: False}) == {
        "sms": "created",
        "email": "created",
    }
    assert notification.update_user_prefs(alice, {"sms": True, email: True}) == {"email": "updated"}
    assert notification.update_user_prefs(alice, {"sms": True, "email": True}) == {}


@pytest.mark.parametrize("name", ["update_group_preference", "update_group_prefs"])
def test_group_preferences_can_be_set_by_two_names(
    notification: Notification, email: Backend, reviewers: Group, name: str
) -> None:
    update = getattr(notification, name)
    assert update(reviewers, {"sms": True, email: False}) == {"sms": "created", "email": "created"}
    assert update(reviewers, {"sms": True, email: True}) == {"email": "updated"}
    assert GroupPrefs.objects.filter(group=reviewers).count() == 2


def test_backend_by_name_and_as_an_object_is_a_duplicate(
    notification: Notification, email: Backend, alice: Any
) -> None:
    with pytest.raises(InvalidPreferences, match="more than once"):
        notification.update_user_prefs(alice, {"email": True, email: False})
    assert not UserPrefs.objects.exists()


@pytest.mark.parametrize("key", ["fax", None, 3, ("email",)])
def test_key_must_be_a_backend(notification: Notification, alice: Any, key: Any) -> None:
    with pytest.raises(InvalidPreferences, match=r"Allowed: email, sms, inbox\."):
        notification.update_user_prefs(alice, {"sms": True, key: True})
    assert not UserPrefs.objects.exists()


def test_preference_requires_all_permissions(
    secret: Notification, email: Backend, alice: Any
) -> None:
    alice.user_permissions.add(Permission.objects.get(codename="view_group"))
    fields: dict[str, Any] = {"user": alice, "notification": secret, "backend": email}
    with pytest.raises(PermissionDenied):
        secret.update_user_prefs(alice, {"email": False})
    with pytest.raises(PermissionDenied):
        UserPrefs(**fields).save()
    with pytest.raises(PermissionDenied):
        UserPrefs.objects.create(**fields)
    assert not UserPrefs.objects.exists()
    alice.groups.get().permissions.add(Permission.objects.get(codename="add_group"))
    UserPrefs.objects.create(**fields)
    assert secret.update_user_prefs(alice, {"email": False}) == {"email": "updated"}


def test_check_perms_reads_the_tables_each_time(secret: Notification, alice: Any) -> None:
    assert not secret.check_perms(alice)
    alice.user_permissions.set(secret.permissions.all())
    assert secret.check_perms(alice)
    alice.is_active = False
    assert not secret.check_perms(alice)


def test_check_perms_without_required_permissions(
    notification: Notification, alice: Any, admin: Any
) -> None:
    assert notification.check_perms(alice)
    assert notification.check_perms(admin)


def test_get_backends_returns_effective_backends(
    notification: Notification, alice: Any, email: Backend
) -> None:
    notification.update_user_prefs(alice, {email: True})
    Backend.objects.filter(name="inbox").update(enabled=False)
    assert list(notification.get_backends(alice)) == [email]


def test_get_user_prefs_returns_effective_values(
    notification: Notification, secret: Notification, alice: Any
) -> None:
    def named(prefs: dict[Backend, bool]) -> dict[str, bool]:
        return {backend.name: effective for backend, effective in prefs.items()}

    notification.update_user_prefs(alice, {"sms": True})
    assert named(notification.get_user_prefs(alice)) == {"email": False, "sms": True, "inbox": True}
    assert named(secret.get_user_prefs(alice)) == {"email": False}


def test_private_notifications_work_in_code(db: None, alice: Any) -> None:
    internal = make_notification("internal", public=False, email=OFF)
    assert internal.update_user_prefs(alice, {"email": True}) == {"email": "created"}
    assert [backend.name for backend in internal.get_backends(alice)] == ["email"]


def test_manager_lists_notifications_of_the_user(
    notification: Notification, secret: Notification, alice: Any, email: Backend
) -> None:
    make_notification("internal", public=False, email=OFF)
    make_notification("nowhere")
    assert Notification.objects.get_user_notifications(alice) == [notification]
    prefs = Notification.objects.get_user_prefs(alice)
    assert list(prefs) == [notification]
    assert prefs[notification][email] is False
    alice.user_permissions.set(secret.permissions.all())
    assert Notification.objects.get_user_prefs(alice)[secret] == {email: True}


def test_remove_user_prefs_takes_one_or_several_users(
    notification: Notification, alice: Any, charlie: Any
) -> None:
    for user in (alice, charlie):
        notification.update_user_prefs(user, {"email": True})
    UserPrefs.objects.remove_user_prefs([])
    assert UserPrefs.objects.count() == 2
    UserPrefs.objects.remove_user_prefs(alice)
    assert UserPrefs.objects.get().user == charlie
    UserPrefs.objects.remove_user_prefs([alice, charlie])
    assert not UserPrefs.objects.exists()


def test_required_cell_cannot_be_set(db: None, alice: Any, reviewers: Group) -> None:
    make_notification("welcome", inbox=REQUIRED)
    for subject in (alice, reviewers):
        with pytest.raises(InvalidPreferences, match="is required"):
            update_preferences("welcome", subject, {"inbox": False})


def test_referenced_backend_is_not_deleted(notification: Notification, email: Backend) -> None:
    with pytest.raises(ProtectedError):
        email.delete()


def test_methods_require_users(notification: Notification, reviewers: Group) -> None:
    with pytest.raises(WrongSubject):
        notification.update_user_prefs(reviewers, {"email": True})
    with pytest.raises(WrongSubject):
        notification.update_group_preference("reviewers", {"email": True})
