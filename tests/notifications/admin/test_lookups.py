from typing import Any

import pytest
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.models import GroupPrefs, Notification, UserPrefs
from tests.notifications.admin import urls as admin_urls
from tests.notifications.admin.requests import staff, text, url

pytestmark = pytest.mark.django_db


@pytest.mark.urls("tests.notifications.admin.urls")
class TestAutocomplete:
    SOURCES = [
        (Notification, "permissions"),
        (UserPrefs, "user"),
        (UserPrefs, "notification"),
        (UserPrefs, "backend"),
        (GroupPrefs, "group"),
    ]

    @pytest.mark.parametrize("site", [admin_urls.bare, admin_urls.full])
    def test_passes_the_system_checks(self, site: Any) -> None:
        assert site.check(None) == []

    @pytest.mark.parametrize(("model", "field"), SOURCES)
    def test_is_used_if_the_other_model_has_an_admin(
        self, model: Any, field: str, admin_client: Client
    ) -> None:
        response = admin_client.get(url(model, "add", site="full"))

        assert f'data-field-name="{field}"' in text(response)
        assert 'data-ajax--url="/full/autocomplete/"' in text(response)

    @pytest.mark.parametrize("model", [UserPrefs, GroupPrefs])
    def test_is_replaced_by_a_key_input_without_admin(
        self, model: Any, admin_client: Client
    ) -> None:
        response = admin_client.get(url(model, "add", site="bare"))

        widget = response.context["adminform"].form.fields[model.subject].widget
        assert isinstance(widget, ForeignKeyRawIdWidget)

    def test_of_permissions_needs_no_admin(self, admin_client: Client) -> None:
        form = text(admin_client.get(url(Notification, "add", site="bare")))
        address = reverse("bare:notifications_permissions")
        source = {"app_label": "notifications", "model_name": "notification"}

        found = admin_client.get(
            address, {**source, "field_name": "permissions", "term": "add_groupmanager"}
        ).json()

        assert f'data-ajax--url="{address}"' in form
        assert [row["text"] for row in found["results"]] == [
            str(Permission.objects.get(codename="add_groupmanager"))
        ]

    def test_of_permissions_takes_few_statements(self, admin_client: Client) -> None:
        address = reverse("bare:notifications_permissions")
        source = {"app_label": "notifications", "model_name": "notification"}

        with CaptureQueriesContext(connection) as queries:
            found = admin_client.get(address, {**source, "field_name": "permissions"}).json()[
                "results"
            ]

        assert len(found) == 20
        assert len(queries) <= 5

    @pytest.mark.parametrize(("codenames", "status"), [(["view_permission"], 200), ([], 403)])
    def test_of_permissions_needs_a_permission(
        self, codenames: Any, status: int, client: Client, people: Any
    ) -> None:
        client.force_login(staff(people, "add_notification", *codenames))
        source = {"app_label": "notifications", "model_name": "notification"}

        response = client.get(
            reverse("bare:notifications_permissions"), {**source, "field_name": "permissions"}
        )

        assert response.status_code == status
