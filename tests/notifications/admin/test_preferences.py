from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications import preferences
from notifications.models import Backend, GroupPrefs, UserPrefs
from notifications.preferences.validation import Preference
from tests.notifications.admin.requests import (
    list_data,
    make_pref,
    populate,
    preference_data,
    text,
    url,
)

pytestmark = pytest.mark.django_db


def add_user_pref(
    admin_client: Client, user: Any, notification: Any, backend: str = "email"
) -> Any:
    row = UserPrefs(user=user, notification=notification, backend=Backend.objects.get(name=backend))
    return admin_client.post(url(UserPrefs, "add"), preference_data(row))


class TestPreferences:
    def test_of_a_user_is_added(self, admin_client: Client, alice: Any, notification: Any) -> None:
        response = add_user_pref(admin_client, alice, notification)

        assert response.status_code == 302
        row = UserPrefs.objects.get()
        assert (row.user, row.notification, row.backend.name, row.notify) == (
            alice,
            notification,
            "email",
            True,
        )
        assert LogEntry.objects.get().object_id == str(row.pk)
        assert LogEntry.objects.get().is_addition()

    def test_of_a_group_is_added(
        self, admin_client: Client, reviewers: Group, notification: Any
    ) -> None:
        backend = Backend.objects.get(name="email")
        row = GroupPrefs(group=reviewers, notification=notification, backend=backend)

        response = admin_client.post(url(GroupPrefs, "add"), preference_data(row, notify=False))

        assert response.status_code == 302
        assert GroupPrefs.objects.get().notify is False
        assert LogEntry.objects.get().object_id == str(GroupPrefs.objects.get().pk)

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    @pytest.mark.parametrize(
        ("backend", "message"),
        [
            ("letter", "Allowed: email, inbox."),
            ("off", "Allowed: email, inbox."),
            ("inbox", "&#x27;inbox&#x27; is required for"),
        ],
    )
    def test_against_the_rule_is_a_form_error(
        self, model: Any, backend: str, message: str, admin_client: Client, alice: Any, make: Any
    ) -> None:
        notification = make("card-declined", email="off", off="off", inbox="required")
        make("other", letter="off")
        Backend.objects.filter(name="off").update(enabled=False)
        subject = {model.subject: alice if model is UserPrefs else alice.groups.get()}
        row = model(**subject, notification=notification, backend=Backend.objects.get(name=backend))

        response = admin_client.post(url(model, "add"), preference_data(row))

        assert response.status_code == 200
        assert message in str(response.context["errors"])
        assert list(response.context["adminform"].form.errors) == ["backend"]
        assert not model.objects.exists()

    def test_of_a_user_without_permission_is_a_form_error(
        self, admin_client: Client, charlie: Any, notification: Any
    ) -> None:
        notification.permissions.set([Permission.objects.get(codename="view_group")])

        response = add_user_pref(admin_client, charlie, notification)

        assert "who holds all of its" in str(response.context["errors"])
        assert list(response.context["adminform"].form.errors) == ["user"]
        assert not UserPrefs.objects.exists()

    def test_of_an_inactive_user_is_a_form_error(
        self, admin_client: Client, people: Any, notification: Any
    ) -> None:
        response = add_user_pref(admin_client, people("dora", is_active=False), notification)

        assert "only for an active user" in str(response.context["errors"])

    @pytest.mark.urls("tests.notifications.admin.urls")
    @pytest.mark.parametrize("user", ["", "0", "garbage"])
    def test_with_an_invalid_user_is_a_form_error(
        self, user: str, admin_client: Client, notification: Any
    ) -> None:
        backend = Backend.objects.get(name="email")
        posted = {"user": user, "notification": notification.pk, "backend": backend.pk}

        response = admin_client.post(url(UserPrefs, "add", site="bare"), posted)

        assert list(response.context["adminform"].form.errors) == ["user"]

    def test_that_exists_is_a_form_error(
        self, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        notification.update_user_prefs(alice, {"email": False})

        response = add_user_pref(admin_client, alice, notification)

        assert "already exists" in str(response.context["errors"])
        assert UserPrefs.objects.get().notify is False

    def test_of_a_private_notification_can_be_added(
        self, admin_client: Client, alice: Any, make: Any
    ) -> None:
        assert (
            add_user_pref(
                admin_client, alice, make("secret", public=False, email="off")
            ).status_code
            == 302
        )

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    def test_is_changed_but_not_moved(
        self, model: Any, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        row = make_pref(model, alice, notification)
        before = row.updated
        forged = {**preference_data(row), "backend": Backend.objects.get(name="sms").pk}

        response = admin_client.post(url(model, "change", row.pk), forged)

        assert response.status_code == 302
        row.refresh_from_db()
        assert (row.backend.name, row.notify) == ("email", True)
        assert row.updated > before
        assert LogEntry.objects.get().is_change()

    def test_is_changed_by_the_function_of_the_api(
        self, admin_client: Client, alice: Any, notification: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = make_pref(UserPrefs, alice, notification)
        update = Mock(wraps=preferences.update)
        monkeypatch.setattr(preferences, "update", update)

        admin_client.post(url(UserPrefs, "change", row.pk), {"notify": "on"})

        preference = Preference("card-declined", "email", notify=True)
        update.assert_called_once_with(user=alice, preferences=[preference])

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    def test_cannot_be_changed_against_the_rule(
        self, model: Any, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        row = make_pref(model, alice, notification)
        notification.cells.filter(backend__name="email").update(required=True)

        response = admin_client.post(url(model, "change", row.pk), {"notify": "on"})

        assert "is required" in str(response.context["errors"])
        row.refresh_from_db()
        assert row.notify is False

    def test_against_the_rule_can_stay_or_be_deleted(
        self, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        row = make_pref(UserPrefs, alice, notification)
        notification.permissions.set([Permission.objects.get(codename="view_group")])

        saved = admin_client.post(url(UserPrefs, "change", row.pk), {}, follow=True)
        admin_client.post(url(UserPrefs, "delete", row.pk), {"post": "yes"})

        assert "was changed successfully" in text(saved)
        assert not UserPrefs.objects.exists()

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    def test_is_changed_in_the_list(
        self, model: Any, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        make_pref(model, alice, notification, "email")
        sms = make_pref(model, alice, notification, "sms")
        Backend.objects.filter(name="email").update(enabled=False)

        response = admin_client.post(url(model, "changelist"), list_data(model, [sms], "notify"))

        assert response.status_code == 302
        assert list(model.objects.filter(notify=True)) == [sms]
        assert LogEntry.objects.get().object_id == str(sms.pk)

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    def test_against_the_rule_is_an_error_in_the_list(
        self, model: Any, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        email, sms = (make_pref(model, alice, notification, name) for name in ("email", "sms"))
        Backend.objects.filter(name="email").update(enabled=False)

        response = admin_client.post(
            url(model, "changelist"), list_data(model, [email, sms], "notify")
        )

        assert response.status_code == 200
        assert "Allowed: sms, inbox." in text(response)
        assert not model.objects.filter(notify=True).exists()

    def test_without_permission_is_an_error_in_the_list(
        self, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        row = make_pref(UserPrefs, alice, notification)
        notification.permissions.set([Permission.objects.get(codename="view_group")])

        response = admin_client.post(
            url(UserPrefs, "changelist"), list_data(UserPrefs, [row], "notify")
        )

        assert response.status_code == 200
        assert "who holds all of its" in text(response)

    @pytest.mark.parametrize("view", ["add", "change", "changelist"])
    def test_refused_while_saving_is_a_message(
        self, view: str, admin_client: Client, alice: Any, notification: Any, monkeypatch: Any
    ) -> None:
        row = make_pref(UserPrefs, alice, notification)
        notification.cells.filter(backend__name="email").update(required=True)
        monkeypatch.setattr(preferences, "check", lambda **_: [])
        posted = (
            list_data(UserPrefs, [row], "notify") if view == "changelist" else preference_data(row)
        )
        if view == "add":
            row.delete()

        response = admin_client.post(
            url(UserPrefs, view, *([row.pk] if view == "change" else [])), posted, follow=True
        )

        assert "Nothing was written." in text(response)
        assert not UserPrefs.objects.filter(notify=True).exists()
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    @pytest.mark.parametrize("bulk", [False, True])
    def test_is_deleted_alone(
        self, model: Any, bulk: bool, admin_client: Client, alice: Any, notification: Any
    ) -> None:
        email, sms = (make_pref(model, alice, notification, name) for name in ("email", "sms"))

        if bulk:
            chosen = {"action": "delete_selected", "_selected_action": [email.pk], "post": "yes"}
            admin_client.post(url(model, "changelist"), chosen)
        else:
            admin_client.post(url(model, "delete", email.pk), {"post": "yes"})

        assert list(model.objects.all()) == [sms]
        assert LogEntry.objects.get().is_deletion()

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    def test_deletion_takes_constant_statements(
        self, model: Any, admin_client: Client, people: Any, make: Any
    ) -> None:
        populate(people, make, range(14))
        keys = list(model.objects.values_list("pk", flat=True))
        counts = []
        for chosen in (keys[:1], keys[1:3], keys[3:]):
            posted = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
            with CaptureQueriesContext(connection) as queries:
                admin_client.post(url(model, "changelist"), posted)
            counts.append(len(queries))

        assert not model.objects.exists()
        assert counts[1] == counts[2]
