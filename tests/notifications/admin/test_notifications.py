from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.forms import modelform_factory
from django.test import Client

from notifications import catalogue
from notifications.catalogue.specs import Catalogue, NotificationSpec
from notifications.errors import InvalidCatalogue
from notifications.models import Backend, Notification
from tests.notifications.admin.requests import (
    inline_data,
    text,
    url,
)
from tests.notifications.test_create_notification import BAD_TEXTS

pytestmark = pytest.mark.django_db


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
