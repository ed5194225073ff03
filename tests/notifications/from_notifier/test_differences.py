"""Differences that docs/guides/from-django-notifier.md lists, unless another module tests them."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError
from django.db.models import ProtectedError

from notifications.errors import InvalidNotification, InvalidPreferences, WrongSubject
from notifications.models import Backend, GroupPrefs, Notification, SentNotification, UserPrefs
from notifications.settings_page.forms import NotifierFormSet
from notifications.shortcuts import create_notification, update_preferences
from tests.notifications.conftest import OFF, make_notification
from tests.notifications.settings_page.form_data import inputs

GUIDE = Path("docs/guides/from-django-notifier.md")


def test_modules_that_the_guide_names_are_there() -> None:
    modules = re.findall(r"^\| `notifier\.\w+` \| `([\w.]+)` \|$", GUIDE.read_text(), re.MULTILINE)
    assert len(modules) == 4
    for module in modules:
        import_module(module)


def test_files_that_the_guide_links_to_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)", GUIDE.read_text()):
        assert (GUIDE.parent / target).exists(), target


@pytest.fixture
def email(db: None) -> Backend:
    backend: Backend = Backend.objects.create(name="email", display_name="E-mail")
    return backend


def test_a_user_in_no_group_inherits_from_none(
    notification: Notification, reviewers: Group, charlie: Any
) -> None:
    notification.update_group_prefs(reviewers, {"email": True})
    assert [backend.name for backend in notification.get_backends(charlie)] == ["inbox"]


def test_one_yes_of_several_groups_is_sufficient(
    notification: Notification, reviewers: Group, alice: Any
) -> None:
    for group in (reviewers, Group.objects.create(name="managers")):
        alice.groups.add(group)
        notification.update_group_prefs(group, {"email": True})
    assert notification.get_backends(alice).filter(name="email").exists()
    assert GroupPrefs.objects.count() == 2


def test_nothing_is_effective_without_permission(notification: Notification, alice: Any) -> None:
    notification.update_user_prefs(alice, {"email": True})
    notification.permissions.add(Permission.objects.all()[0])
    assert not notification.get_backends(alice).exists()
    assert set(notification.get_user_prefs(alice).values()) == {False}


@pytest.mark.parametrize("prefs", [{"fax": True}, {"email": 1}, {"email": "true"}, {"email": None}])
def test_values_and_backends_are_checked(
    notification: Notification, alice: Any, prefs: dict[str, Any]
) -> None:
    Backend.objects.create(name="fax")
    with pytest.raises(InvalidPreferences):
        notification.update_user_prefs(alice, {"sms": True, **prefs})
    assert not UserPrefs.objects.exists()


def test_owners_of_preferences_must_be_users_or_groups(notification: Notification) -> None:
    with pytest.raises(WrongSubject):
        update_preferences("card-declined", notification, {"email": True})
    assert issubclass(WrongSubject, TypeError)


def test_an_empty_list_of_backends_stands_for_none(email: Backend) -> None:
    assert not create_notification("none", backends=[]).backends.exists()
    assert list(create_notification("all").backends.all()) == [email]


@pytest.mark.parametrize(
    "arguments",
    [{"permissions": ["nope"]}, {"backends": ["nope"]}, {"permissions": ["publish"]}],
)
def test_unknown_and_ambiguous_names_are_refused(
    email: Backend, arguments: dict[str, list[str]]
) -> None:
    for model in (Group, Permission):
        Permission.objects.create(
            codename="publish", name="x", content_type=ContentType.objects.get_for_model(model)
        )
    Permission.objects.create(
        codename="publish", name="x", content_type=ContentType.objects.get_for_model(Backend)
    )
    with pytest.raises(InvalidNotification):
        create_notification("card-declined", **arguments)  # type: ignore[arg-type]


def test_rows_and_names_can_be_mixed(email: Backend) -> None:
    Backend.objects.create(name="sms")
    permission = Permission.objects.get(codename="add_group")
    notification = create_notification(
        "card-declined", backends=[email, "sms"], permissions=[permission, "auth.change_group"]
    )
    assert notification.backends.count() == notification.permissions.count() == 2


def test_str_is_the_display_name(email: Backend) -> None:
    assert str(email) == "E-mail"
    assert str(create_notification("card-declined", "Card declined")) == "Card declined"


def test_a_backend_in_use_cannot_be_deleted(email: Backend) -> None:
    notification = create_notification("card-declined")
    with pytest.raises(ProtectedError):
        email.delete()
    notification.delete()
    assert email.delete()[0] == 1


def test_a_delivery_belongs_to_a_send(notification: Notification, alice: Any) -> None:
    backend = Backend.objects.get(name="email")
    with pytest.raises(IntegrityError):
        SentNotification.objects.create(
            user=alice, notification=notification, backend=backend, success=True
        )


def test_notifications_have_an_enabled_backend(notification: Notification, alice: Any) -> None:
    make_notification("nowhere")
    make_notification("disabled", pager=OFF)
    Backend.objects.filter(name="pager").update(enabled=False)
    assert list(Notification.objects.get_user_prefs(alice)) == [notification]
    assert Notification.objects.get_user_notifications(alice) == [notification]


def test_inputs_are_named_by_notification_and_backend(db: None, alice: Any) -> None:
    make_notification("a/b c")
    notification = Notification.objects.get(name="a/b c")
    notification.backends.add(Backend.objects.create(name="sms-twilio"))
    formset = NotifierFormSet(alice)
    page = inputs("".join(map(str, [formset.management_form, *formset.forms])))
    assert list(page.boxes) == ["a%2Fb%20c/sms-twilio"]
    assert list(page.data) == ["form-rendered"]
