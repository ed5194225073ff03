from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client

from notifications.checks.settings import check_order
from notifications.models import Notification
from tests.notifications.admin.requests import (
    staff,
    text,
    url,
)

pytestmark = pytest.mark.django_db


class TestLinkToTheMatrix:
    LABEL = "Notification preferences"

    @pytest.mark.urls("tests.notifications.admin.urls")
    def test_is_on_the_form_of_a_user(self, admin_client: Client, alice: Any) -> None:
        response = text(admin_client.get(url(type(alice), "change", alice.pk, site="full")))

        assert f'<a href="/preferences/users/{alice.pk}/">{self.LABEL}</a>' in response
        assert 'class="historylink"' in response

    @pytest.mark.urls("tests.notifications.admin.urls")
    def test_is_on_the_form_of_a_group(self, admin_client: Client, reviewers: Group) -> None:
        response = text(admin_client.get(url(Group, "change", reviewers.pk, site="full")))

        assert f'<a href="/preferences/groups/{reviewers.pk}/">{self.LABEL}</a>' in response

    @pytest.mark.urls("tests.notifications.admin.urls")
    def test_is_on_no_other_form(self, admin_client: Client, notification: Any) -> None:
        response = admin_client.get(url(Notification, "change", notification.pk, site="full"))

        assert self.LABEL not in text(response)

    @pytest.mark.urls("tests.notifications.admin.urls")
    @pytest.mark.parametrize(
        ("codename", "links"), [("view_userprefs", 1), ("view_groupprefs", 0), ("view_backend", 0)]
    )
    def test_needs_a_permission(
        self, codename: str, links: int, client: Client, people: Any, alice: Any
    ) -> None:
        client.force_login(staff(people, f"view_{type(alice)._meta.model_name}", codename))

        response = client.get(url(type(alice), "change", alice.pk, site="full"))

        assert text(response).count(self.LABEL) == links

    @pytest.mark.urls("tests.notifications.admin.urls_without_pages")
    def test_needs_a_settings_page(self, admin_client: Client, reviewers: Group) -> None:
        response = admin_client.get(url(Group, "change", reviewers.pk, site="full"))

        assert response.status_code == 200
        assert self.LABEL not in text(response)

    def test_needs_an_order_of_apps_that_is_checked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names = ["django.contrib.admin", "notifications"]
        found = []
        for order in (names, names[::-1], ["notifications"]):
            configs = [apps.get_app_config(name.rpartition(".")[2]) for name in order]
            monkeypatch.setattr(apps, "get_app_configs", lambda configs=configs: configs)
            found.append([message.id for message in check_order()])

        assert found == [["notifications.I001"], [], []]
