from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.forms import modelform_factory
from django.test import Client

from notifications import catalogue
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.errors import InvalidCatalogue
from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend, UserPrefs
from tests.notifications.admin.requests import (
    inline_data,
    list_data,
    text,
    url,
)
from tests.notifications.test_create_notification import BAD_TEXTS

pytestmark = pytest.mark.django_db


class TestBackends:
    def test_are_disabled_in_the_list(self, admin_client: Client, notification: Any) -> None:
        email, sms, inbox = (Backend.objects.get(name=n) for n in ("email", "sms", "inbox"))

        response = admin_client.post(
            url(Backend, "changelist"), list_data(Backend, [email, inbox], "enabled")
        )

        assert response.status_code == 302
        assert set(Backend.objects.enabled()) == {email, inbox}
        assert LogEntry.objects.get().object_id == str(sms.pk)

    def test_have_counts_of_references(
        self, admin_client: Client, alice: Any, reviewers: Group, notification: Any
    ) -> None:
        notification.update_user_prefs(alice, {"email": True})
        notification.update_group_prefs(reviewers, {"email": True, "sms": True})

        listed = admin_client.get(url(Backend, "changelist")).context["cl"]

        counted = {
            row.name: (
                listed.model_admin.in_notifications(row),
                listed.model_admin.in_user_preferences(row),
                listed.model_admin.in_group_preferences(row),
            )
            for row in listed.result_list
        }
        assert counted == {"email": (1, 1, 1), "sms": (1, 0, 1), "inbox": (1, 0, 0)}

    @pytest.mark.parametrize(
        ("klass", "kept"), [("", "name"), ("shop.Email", "name display_name description")]
    )
    def test_with_a_class_are_partly_read_only(
        self, klass: str, kept: str, admin_client: Client
    ) -> None:
        row = Backend.objects.create(name="email", klass=klass)
        new = {"name": "other", "display_name": "E", "description": "D", "klass": "os.system"}

        assert admin_client.post(url(Backend, "change", row.pk), new).status_code == 302

        row.refresh_from_db()
        assert not row.enabled
        assert row.klass == klass
        changed = {
            key for key in ("name", "display_name", "description") if getattr(row, key) == new[key]
        }
        assert changed == {"name", "display_name", "description"} - set(kept.split())

    def test_declared_in_a_file_keep_its_texts(
        self, admin_client: Client, declare: Callable[..., None]
    ) -> None:
        declare(BackendSpec("email", "Email", location="shop.toml, line 3"))
        row = Backend.objects.create(name="email", display_name="Email")

        assert "Declared in shop.toml, line 3" in text(
            admin_client.get(url(Backend, "change", row.pk))
        )
        admin_client.post(url(Backend, "change", row.pk), {"display_name": "Post", "enabled": "on"})

        row.refresh_from_db()
        assert row.display_name == "Email"

    def test_can_be_added_but_not_with_a_class(self, admin_client: Client) -> None:
        admin_client.post(
            url(Backend, "add"), {"name": "fax", "enabled": "on", "klass": "os.system"}
        )

        assert Backend.objects.get().klass == ""

    @pytest.mark.parametrize("referrer", ["cell", "user preference", "group preference"])
    @pytest.mark.parametrize("bulk", [False, True])
    def test_are_protected_by_references(
        self,
        referrer: str,
        bulk: bool,
        admin_client: Client,
        alice: Any,
        reviewers: Group,
        make: Any,
    ) -> None:
        email = Backend.objects.create(name="email", display_name="Email")
        spare = Backend.objects.create(name="spare")
        cell = {"notification": make("card-declined"), "backend": email}
        if referrer == "cell":
            NotificationBackend.objects.create(**cell)
        elif referrer == "user preference":
            UserPrefs.objects.create(user=alice, **cell)
        else:
            GroupPrefs.objects.create(group=reviewers, **cell)

        if bulk:
            chosen = {"action": "delete_selected", "_selected_action": [email.pk, spare.pk]}
            response = admin_client.post(url(Backend, "changelist"), {**chosen, "post": "yes"})
        else:
            response = admin_client.post(url(Backend, "delete", email.pk), {"post": "yes"})

        kinds = {
            "cell": "Email: 1 notification<",
            "user preference": "Email: 1 user preference<",
            "group preference": "Email: 1 group preference<",
        }
        assert response.status_code == 200
        assert kinds[referrer] in text(response)
        assert set(Backend.objects.all()) == {email, spare}
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("bulk", [False, True])
    def test_without_references_are_deleted(self, bulk: bool, admin_client: Client) -> None:
        row = Backend.objects.create(name="email")
        if bulk:
            chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
            admin_client.post(url(Backend, "changelist"), chosen)
        else:
            admin_client.post(url(Backend, "delete", row.pk), {"post": "yes"})

        assert not Backend.objects.exists()

    @pytest.mark.parametrize("bulk", [False, True])
    def test_referenced_meanwhile_are_not_deleted(
        self, bulk: bool, admin_client: Client, notification: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model_admin = django_admin.site.get_model_admin(Backend)
        monkeypatch.setattr(model_admin, "get_deleted_objects", lambda *_: ([], {}, set(), []))
        row = Backend.objects.get(name="email")

        if bulk:
            chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
            response = admin_client.post(url(Backend, "changelist"), chosen, follow=True)
        else:
            response = admin_client.post(
                url(Backend, "delete", row.pk), {"post": "yes"}, follow=True
            )

        assert "Cannot delete some instances of model" in text(response)
        assert Backend.objects.filter(pk=row.pk).exists()


class TestNotifications:
    def test_are_edited_with_their_cells(self, admin_client: Client, notification: Any) -> None:
        email, sms, inbox = notification.cells.order_by("pk")
        fax = Backend.objects.create(name="fax")
        permission = Permission.objects.all()[0]
        posted = {
            "name": notification.name,
            "category": "billing",
            "permissions": [permission.pk],
            **inline_data(
                {
                    "id": email.pk,
                    "notification": notification.pk,
                    "backend": email.backend_id,
                    "required": "on",
                },
                {
                    "id": sms.pk,
                    "notification": notification.pk,
                    "backend": sms.backend_id,
                    "DELETE": "on",
                },
                {"id": inbox.pk, "notification": notification.pk, "backend": inbox.backend_id},
                {"notification": notification.pk, "backend": fax.pk, "default": "on"},
                initial=3,
            ),
        }

        response = admin_client.post(url(Notification, "change", notification.pk), posted)

        assert response.status_code == 302
        notification.refresh_from_db()
        assert (notification.category, notification.public) == ("billing", False)
        assert list(notification.permissions.all()) == [permission]
        assert {(c.backend.name, c.required, c.default) for c in notification.cells.all()} == {
            ("email", True, False),
            ("inbox", False, False),
            ("fax", False, True),
        }
        assert LogEntry.objects.get().object_id == str(notification.pk)

    def test_cannot_have_a_backend_twice(self, admin_client: Client) -> None:
        email = Backend.objects.create(name="email")
        posted = {
            "name": "card-declined",
            **inline_data({"backend": email.pk}, {"backend": email.pk}),
        }

        response = admin_client.post(url(Notification, "add"), posted)

        assert "Please correct the duplicate data for" in text(response)
        assert not Notification.objects.exists()

    def test_that_are_declared_are_read_only(
        self, admin_client: Client, notification: Any, declare: Callable[..., None]
    ) -> None:
        declare(NotificationSpec(notification.name, location="<shop>/catalogue.toml, line 7"))

        response = admin_client.get(url(Notification, "change", notification.pk))

        assert "Declared in &lt;shop&gt;/catalogue.toml, line 7." in text(response)
        assert 'name="_save"' not in text(response)
        assert 'name="display_name"' not in text(response)
        assert 'name="cells-0-required"' not in text(response)
        assert response.context["inline_admin_formsets"][0].formset.forms
        posted = {"name": "other", **inline_data()}
        forged = admin_client.post(url(Notification, "change", notification.pk), posted)
        assert forged.status_code == 403

    @pytest.mark.parametrize("bulk", [False, True])
    def test_that_are_declared_are_not_deleted(
        self, bulk: bool, admin_client: Client, notification: Any, declare: Callable[..., None]
    ) -> None:
        declare(NotificationSpec(notification.name, location="shop.notifications, line 7"))

        if bulk:
            chosen = {"action": "delete_selected", "_selected_action": [notification.pk]}
            response = admin_client.post(url(Notification, "changelist"), {**chosen, "post": "yes"})
            assert "declared in shop.notifications, line 7" in text(response)
        else:
            response = admin_client.post(
                url(Notification, "delete", notification.pk), {"post": "yes"}
            )
            assert response.status_code == 403

        assert Notification.objects.exists()

    @pytest.mark.parametrize("bulk", [False, True])
    def test_that_are_not_declared_are_deleted(
        self, bulk: bool, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        notification.update_user_prefs(alice, {"email": True})
        chosen = (
            {"action": "delete_selected", "_selected_action": [notification.pk]} if bulk else {}
        )
        view = ["changelist"] if bulk else ["delete", notification.pk]

        confirmation = (
            admin_client.post(url(Notification, *view), chosen)
            if bulk
            else admin_client.get(url(Notification, *view))
        )
        assert "User preferences: 1" in text(confirmation)
        assert Notification.objects.exists()

        admin_client.post(url(Notification, *view), {**chosen, "post": "yes"})
        assert not Notification.objects.exists()

    def test_have_a_warning_if_the_catalogue_is_broken(
        self, admin_client: Client, notification: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> None:
            raise InvalidCatalogue(["shop.toml: not valid TOML."])

        monkeypatch.setattr(catalogue, "declared", broken)

        response = admin_client.get(url(Notification, "change", notification.pk))

        assert "shop.toml: not valid TOML." in text(response)
        assert 'name="_save"' in text(response)

    @pytest.mark.parametrize("bulk", [False, True])
    def test_read_the_catalogue_once_per_page(
        self, bulk: bool, admin_client: Client, make: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys = [make(name).pk for name in ("card-declined", "card-lost", "card-stolen")]
        declared = Mock(return_value=Catalogue())
        monkeypatch.setattr(catalogue, "declared", declared)

        if bulk:
            chosen = {"action": "delete_selected", "_selected_action": keys}
            admin_client.post(url(Notification, "changelist"), chosen)
        else:
            admin_client.get(url(Notification, "change", keys[0]))

        assert declared.call_count == 1

    def test_from_a_file_have_a_note(
        self, admin_client: Client, notification: Any, tmp_path: Any
    ) -> None:
        path = tmp_path / "<shop>.toml"
        path.write_text(f'[[notification]]\nname = "{notification.name}"\n')
        call_command("load_catalogue", str(path), verbosity=0)

        form = text(admin_client.get(url(Notification, "change", notification.pk)))

        assert "&lt;shop&gt;.toml. Loading it again overwrites your changes." in form
        assert 'name="_save"' in form

    @pytest.mark.parametrize(("wrong", "mistake"), BAD_TEXTS[:5])
    def test_with_invalid_texts_are_refused(
        self, wrong: str, mistake: str, admin_client: Client, notification: Any
    ) -> None:
        for model in (Notification, Backend):
            for field in ("name", "display_name"):
                posted = {"name": "fine", **inline_data(), field: wrong}
                response = admin_client.post(url(model, "add"), posted)
                assert response.status_code == 200
                assert response.context["adminform"].form.errors.keys() == {field}
        assert Notification.objects.get() == notification
        form = modelform_factory(Notification, fields=["name", "category"])
        assert not form({"name": "x", "category": wrong}).is_valid()
