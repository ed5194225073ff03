"""The shortcut `create_notification`."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError

from notifications.catalogue import Catalogue, sync
from notifications.catalogue.specs import NotificationSpec
from notifications.errors import (
    InvalidBackend,
    InvalidNotification,
)
from notifications.models import Backend, Notification, UserPrefs
from notifications.shortcuts import (
    create_notification,
)


@pytest.fixture
def backends(db: None) -> list[Backend]:
    return [
        Backend.objects.create(name="email"),
        Backend.objects.create(name="sms"),
        Backend.objects.create(name="fax", enabled=False),
    ]


def described(notification: Notification) -> dict[str, Any]:
    return {
        "display_name": notification.display_name,
        "public": notification.public,
        "permissions": sorted(notification.permissions.values_list("codename", flat=True)),
        "backends": sorted(notification.backends.values_list("name", flat=True)),
    }


def test_create_notification_allows_enabled_backends_by_default(
    backends: list[Backend],
) -> None:
    assert described(create_notification("card-declined")) == {
        "display_name": "card-declined",
        "public": True,
        "permissions": [],
        "backends": ["email", "sms"],
    }


@pytest.mark.parametrize(
    ("permissions", "found"),
    [
        ("auth.view_group", ["view_group"]),
        ("view_group", ["view_group"]),
        (["view_group", "auth.add_group"], ["add_group", "view_group"]),
        ([], []),
    ],
)
def test_create_notification_takes_permissions_by_name(
    backends: list[Backend], permissions: Any, found: list[str]
) -> None:
    notification = create_notification("audit", permissions=permissions)
    assert described(notification)["permissions"] == found


def test_create_notification_takes_objects(backends: list[Backend]) -> None:
    permission = Permission.objects.get(codename="view_group")
    for given in (permission, [permission], Permission.objects.filter(codename="view_group")):
        notification = create_notification("audit", permissions=given, backends=backends[0])
        assert list(notification.permissions.all()) == [permission]
        assert list(notification.backends.all()) == [backends[0]]


def test_create_notification_can_be_repeated(backends: list[Backend], alice: Any) -> None:
    first = create_notification(
        "audit", "Audit", "view_group", ["email", backends[1]], public=False
    )
    first.cells.filter(backend=backends[0]).update(default=True)
    alice.user_permissions.add(*first.permissions.all())
    first.update_user_prefs(alice, {"email": False})
    again = create_notification("audit", "Audit", "view_group", ["email", "sms"], public=False)
    assert again == first
    assert described(again) == {
        "display_name": "Audit",
        "public": False,
        "permissions": ["view_group"],
        "backends": ["email", "sms"],
    }
    assert again.cells.get(backend=backends[0]).default
    assert UserPrefs.objects.count() == 1


def test_create_notification_changes_given_fields(backends: list[Backend]) -> None:
    create_notification("audit", "Audit", "view_group", ["email", "sms"], public=False)
    assert described(create_notification("audit", "Log", [], "sms", public=True)) == {
        "display_name": "Log",
        "public": True,
        "permissions": [],
        "backends": ["sms"],
    }


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {
            "display_name": "Audit",
            "permissions": ["auth.view_group"],
            "backends": ["fax", "sms", "email"],
            "public": True,
        },
    ],
)
def test_a_repeat_undoes_nothing(backends: list[Backend], arguments: dict[str, Any]) -> None:
    create_notification("audit", "Audit", "view_group", ["email", "sms", "fax"], public=True)
    row = Notification.objects.get(name="audit")
    row.display_name, row.description, row.category, row.public = "Log", "For all", "Ops", False
    row.position = 3
    row.save()
    row.permissions.set(Permission.objects.filter(codename="add_group"))
    row.cells.update(required=True, default=True)
    row.cells.filter(backend__name="sms").delete()
    fields = ("display_name", "description", "category", "public", "position", "updated")
    before = Notification.objects.values(*fields).get(), described(row), list(row.cells.values())

    create_notification("audit", **arguments)

    row = Notification.objects.get(name="audit")
    after = Notification.objects.values(*fields).get(), described(row), list(row.cells.values())
    assert after == before
    assert not Backend.objects.get(name="fax").enabled


def test_a_cell_keeps_its_rules_while_its_backend_is_disabled(backends: list[Backend]) -> None:
    create_notification("security-alert").cells.update(required=True, default=True)
    Backend.objects.filter(name="email").update(enabled=False)

    for arguments in ({}, {"backends": ["sms"]}, {"display_name": "Alert"}):
        create_notification("security-alert", **arguments)

    cell = Notification.objects.get().cells.get(backend__name="email")
    assert (cell.required, cell.default) == (True, True)


def test_a_changed_argument_leaves_other_changes_alone(backends: list[Backend]) -> None:
    row = create_notification("audit", "Audit", "view_group", ["email"])
    row.permissions.add(Permission.objects.get(codename="add_group"))
    row.backends.add(backends[2])
    Notification.objects.update(display_name="Log", public=False)

    create_notification("audit", "Audit", "change_group", ["email", "sms"])

    assert described(Notification.objects.get()) == {
        "display_name": "Log",
        "public": False,
        "permissions": ["add_group", "change_group"],
        "backends": ["email", "fax", "sms"],
    }


def test_a_declared_notification_is_not_redefined(backends: list[Backend]) -> None:
    spec = NotificationSpec("audit", "Audit", backends=("email",), required=("email",))
    sync(Catalogue(notifications=(spec,), source="shop.toml"))
    row = create_notification("audit")
    assert create_notification("audit", "Audit", [], "email", public=True) == row
    with pytest.raises(InvalidNotification) as caught:
        create_notification("audit", "Log", "view_group", "sms", public=False)
    assert caught.value.mistakes == (
        "A catalogue declares it with display_name 'Audit'. Change the catalogue.",
        "A catalogue declares it with public True. Change the catalogue.",
        "A catalogue declares it with permissions []. Change the catalogue.",
        "A catalogue declares it with backends ['email']. Change the catalogue.",
    )
    assert row.cells.get().required


BAD_TEXTS = [
    ("x" * 201, "has 201 characters. Allowed: at most 200."),
    ("a\0b", "contains the character U+0000. Allowed: one line of text."),
    ("a\nb", "contains the character U+000A. Allowed: one line of text."),
    ("a\u2028b", "contains the character U+2028. Allowed: one line of text."),
    ("a\x1bb", "contains the character U+001B. Allowed: one line of text."),
    ("\ud800", "contains the character U+D800. Allowed: one line of text."),
    ("   ", "is blank. Allowed: text with a visible character."),
    ("\u200b", "is blank. Allowed: text with a visible character."),
    (" a", "begins or ends with white space. Allowed: text without it."),
    ("a\u3000", "begins or ends with white space. Allowed: text without it."),
    (7, "is 7. Allowed: text."),
]


@pytest.mark.parametrize(("text", "mistake"), BAD_TEXTS)
def test_texts_that_cannot_be_stored_are_mistakes(
    backends: list[Backend], text: Any, mistake: str
) -> None:
    with pytest.raises(InvalidNotification) as caught:
        create_notification(text, text, text, text)
    assert caught.value.mistakes[2:] == (f"name {mistake}", f"display_name {mistake}")
    with pytest.raises(InvalidNotification):
        Notification.objects.create(name="audit", category=text)
    with pytest.raises(InvalidBackend):
        Backend.objects.create(name=text)
    assert not Notification.objects.exists()


def test_forms_show_the_mistakes_of_texts(db: None) -> None:
    with pytest.raises(ValidationError) as caught:
        Notification(name="a\0b", category="   ").full_clean()
    assert caught.value.message_dict == {
        "name": ["Contains the character U+0000. Allowed: one line of text."],
        "category": ["Is blank. Allowed: text with a visible character."],
    }


def test_texts_up_to_the_limit_are_stored(backends: list[Backend]) -> None:
    name = "ñ" * 199 + "👨"
    row = create_notification(name, name)
    row.description = "Line 1\nLine 2\n" * 100
    row.category = "a\u200cb"
    row.save()
    row.refresh_from_db()
    assert (row.display_name, row.category) == (name, "a\u200cb")


def test_public_must_be_a_boolean(backends: list[Backend]) -> None:
    with pytest.raises(InvalidNotification, match=r"public is 'no'\. Allowed"):
        create_notification("audit", public="no")  # type: ignore[arg-type]


def test_an_ambiguous_codename_is_an_error(
    backends: list[Backend],
) -> None:
    content_type = ContentType.objects.get_for_model(Backend)
    Permission.objects.create(content_type=content_type, codename="view_group", name="x")
    with pytest.raises(InvalidNotification) as caught:
        create_notification("audit", permissions="view_group")
    assert caught.value.mistakes == (
        (
            "Permission 'view_group' is ambiguous."
            " Allowed: auth.view_group (of group), notifications.view_group (of backend)."
        ),
    )


def test_every_mistake_is_listed_and_nothing_is_written(backends: list[Backend]) -> None:
    with pytest.raises(InvalidNotification) as caught:
        create_notification("", permissions=["nope", 3], backends=["email", "pigeon", 4])  # type: ignore[list-item]
    assert caught.value.mistakes == (
        "Permission 'nope' does not exist. Allowed: app_label.codename.",
        "3 is not a permission. Allowed: saved permissions and their names.",
        "There is no backend named 'pigeon'. Allowed: email, sms, fax.",
        "There is no backend named 4. Allowed: email, sms, fax.",
        "A notification needs a name.",
    )
    assert not Notification.objects.exists()


def test_unsaved_rows_are_mistakes(backends: list[Backend]) -> None:
    with pytest.raises(InvalidNotification) as caught:
        create_notification(
            "news", permissions=Permission(codename="view_x"), backends=Backend(name="pigeon")
        )
    assert caught.value.mistakes == (
        "The permission 'view_x' is not saved. Allowed: saved permissions and their names.",
        "The backend 'pigeon' is not saved. Allowed: email, sms, fax.",
    )
    assert not Notification.objects.exists()
