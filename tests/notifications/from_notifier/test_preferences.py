"""Calls that django-notifier documents, about preferences."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied

from notifications.delivery.history import deliveries
from notifications.errors import InvalidPreferences, UnknownNotification
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.shortcuts import clear_preferences, send_notification, update_preferences


@pytest.fixture
def email(notification: Notification) -> Backend:
    backend: Backend = Backend.objects.get(name="email")
    return backend


def test_a_user_preference_beats_a_group_preference(
    notification: Notification, email: Backend, alice: Any, reviewers: Group
) -> None:
    GroupPrefs.objects.create(
        group=reviewers, notification=notification, backend=email, notify=True
    )
    assert notification.get_user_prefs(user=alice)[email] is True
    UserPrefs.objects.create(user=alice, notification=notification, backend=email, notify=False)
    assert notification.get_user_prefs(user=alice)[email] is False


def test_preferences_are_set_by_method_and_shortcut(
    notification: Notification, alice: Any, reviewers: Group
) -> None:
    prefs = {"email": True, "sms": False}
    created = {"email": "created", "sms": "created"}
    assert notification.update_user_prefs(alice, prefs) == created
    assert notification.update_group_preference(reviewers, prefs) == created
    changed = {"email": True, "sms": True}
    assert update_preferences("card-declined", alice, changed) == {"sms": "updated"}
    assert update_preferences("card-declined", reviewers, changed) == {"sms": "updated"}


def test_preferences_take_the_documented_keywords(
    notification: Notification, alice: Any, reviewers: Group
) -> None:
    prefs = {"email": True}
    created = {"email": "created"}
    assert notification.update_user_prefs(user=alice, prefs_dict=prefs) == created
    assert notification.update_group_prefs(group=reviewers, prefs_dict=prefs) == created
    UserPrefs.objects.all().delete()
    assert update_preferences(name="card-declined", user=alice, prefs_dict=prefs) == created
    with pytest.raises(TypeError, match=r"update_user_prefs\(\) got neither 'prefs' nor"):
        notification.update_user_prefs(alice)


def test_clearing_leaves_group_preferences(
    notification: Notification, alice: Any, charlie: Any, reviewers: Group
) -> None:
    for subject in (alice, charlie, reviewers):
        update_preferences("card-declined", subject, {"email": True})
    clear_preferences([alice, charlie])
    assert not UserPrefs.objects.exists()
    assert GroupPrefs.objects.count() == 1


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda user: send_notification("nope", user), id="send"),
        pytest.param(lambda user: update_preferences("nope", user, {"email": True}), id="update"),
        pytest.param(lambda _: deliveries(notification="nope", first=1), id="deliveries"),
    ],
)
def test_an_unknown_notification_does_not_exist(
    notification: Notification, alice: Any, call: Any
) -> None:
    with pytest.raises(Notification.DoesNotExist, match=r"'nope'.*card-declined") as caught:
        call(alice)
    assert isinstance(caught.value, UnknownNotification)
    assert caught.value.name == "nope"


def by_shortcut(notification: Notification, user: Any, group: Group, prefs: Any) -> None:
    update_preferences(notification.name, user, prefs)


def by_user_method(notification: Notification, user: Any, group: Group, prefs: Any) -> None:
    notification.update_user_prefs(user, prefs)


def by_group_method(notification: Notification, user: Any, group: Group, prefs: Any) -> None:
    notification.update_group_prefs(group, prefs)


@pytest.mark.parametrize("update", [by_shortcut, by_user_method, by_group_method])
def test_an_unknown_backend_does_not_exist(
    notification: Notification, alice: Any, reviewers: Group, update: Any
) -> None:
    with pytest.raises(Backend.DoesNotExist, match=r"'fax'.*email, sms, inbox") as caught:
        update(notification, alice, reviewers, {"email": True, "fax": True})
    assert isinstance(caught.value, InvalidPreferences)
    assert [problem.backend for problem in caught.value.problems] == ["fax"]
    assert not UserPrefs.objects.exists()


def test_a_known_backend_that_is_not_allowed_exists(notification: Notification, alice: Any) -> None:
    Backend.objects.create(name="fax")
    with pytest.raises(InvalidPreferences) as caught:
        notification.update_user_prefs(alice, {"fax": True})
    assert not isinstance(caught.value, Backend.DoesNotExist)


def test_a_missing_permission_comes_before_unknown_backends(
    notification: Notification, charlie: Any
) -> None:
    charlie.is_active = False
    charlie.save()
    with pytest.raises(PermissionDenied):
        notification.update_user_prefs(charlie, {"fax": True})


def test_get_backends_returns_a_queryset(
    notification: Notification, email: Backend, alice: Any
) -> None:
    notification.update_user_prefs(alice, {"email": True})
    backends = notification.get_backends(alice)
    assert [backend.name for backend in backends] == ["email", "inbox"]
    assert backends.exists()
    assert email in backends
    assert backends.filter(name="inbox").count() == 1
    assert backends.exclude(name="inbox").get() == email
    Backend.objects.update(enabled=False)
    assert not notification.get_backends(alice).exists()
