from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from notifications.catalogue.specs import BackendSpec
from notifications.models import Backend, GroupPrefs, NotificationBackend, UserPrefs
from tests.notifications.admin.requests import (
    list_data,
    text,
    url,
)

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
