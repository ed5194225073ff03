"""Deletion of users, groups, notifications and backends, with dependent rows."""

from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.contrib.admin import site as admins
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from notifications.models import (
    Address,
    Backend,
    GroupPrefs,
    Notification,
    Send,
    SentNotification,
    UserPrefs,
)
from project.models import GroupManager
from tests.notifications.admin.requests import staff, text
from tests.notifications.admin.requests import url as in_site
from tests.notifications.conftest import ON, make_notification
from tests.sent import many, sent

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.notifications.admin.test_deleting")]
USER = get_user_model()

site = AdminSite("deleting")
people: list[Any] = [USER, Group]
site.register(people)
for model, model_admin in admins._registry.items():  # noqa: SLF001 - no public iterator
    if not site.is_registered(model):
        site.register(model, type(model_admin))
urlpatterns = [path("deleting/", site.urls)]


def url(*args: Any) -> str:
    return in_site(*args, site="deleting")


@pytest.fixture
def alarm(alice: Any, bob: Any, reviewers: Group) -> Notification:
    """Notification with a delivery to alice and bob, preferences, and an address of alice."""
    made = make_notification("alarm", email=ON)
    email = Backend.objects.get(name="email")
    cell = {"notification": made, "backend": email}
    UserPrefs.objects.create(user=alice, notify=False, **cell)
    GroupPrefs.objects.create(group=reviewers, notify=False, **cell)
    Address.objects.create(user=alice, backend=email, address="https://example.org/")
    for user in (alice, bob):
        sent(user, backend="email")
    return made


def deleted(client: Client, row: Any, *, bulk: bool) -> Any:
    """Delete a row, and return the page that asks for confirmation."""
    model = type(row)
    if bulk:
        chosen = {"action": "delete_selected", "_selected_action": [row.pk]}
        page = client.post(url(model, "changelist"), chosen)
        client.post(url(model, "changelist"), {**chosen, "post": "yes"})
    else:
        page = client.get(url(model, "delete", row.pk))
        client.post(url(model, "delete", row.pk), {"post": "yes"})
    return page


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("person", ["admin", "staff"])
class TestDependentRows:
    """The permission to delete the owner is sufficient."""

    def browser(self, person: str, people: Any, request: Any, *codenames: str) -> Client:
        client = Client()
        user = request.getfixturevalue("admin") if person == "admin" else staff(people, *codenames)
        client.force_login(user)
        return client

    def test_are_deleted_with_a_user(
        self, alarm: Any, alice: Any, bulk: bool, person: str, people: Any, request: Any
    ) -> None:
        codenames = [f"{what}_{USER._meta.model_name}" for what in ("delete", "view")]
        page = deleted(self.browser(person, people, request, *codenames), alice, bulk=bulk)
        assert page.status_code == 200
        assert not USER._default_manager.filter(pk=alice.pk).exists()
        assert [UserPrefs.objects.count(), Address.objects.count()] == [0, 0]
        assert SentNotification.objects.count() == 1  # bob's

    def test_are_deleted_with_a_group(
        self, alarm: Any, reviewers: Group, bulk: bool, person: str, people: Any, request: Any
    ) -> None:
        client = self.browser(person, people, request, "delete_group", "view_group")
        assert deleted(client, reviewers, bulk=bulk).status_code == 200
        assert not Group.objects.exists()
        assert [GroupPrefs.objects.count(), GroupManager.objects.count()] == [0, 0]

    def test_are_deleted_with_a_notification(
        self, alarm: Notification, bulk: bool, person: str, people: Any, request: Any
    ) -> None:
        client = self.browser(person, people, request, "delete_notification", "view_notification")
        page = text(deleted(client, alarm, bulk=bulk))
        for line in ("Deliveries: 2", "Sends: 2", "User preferences: 1", "Notifications: 1"):
            assert line in page
        assert not Notification.objects.exists()
        assert [SentNotification.objects.count(), Send.objects.count()] == [0, 0]
        assert [UserPrefs.objects.count(), GroupPrefs.objects.count()] == [0, 0]


@pytest.mark.parametrize("bulk", [False, True])
def test_deletion_needs_a_permission(
    alarm: Notification, alice: Any, client: Client, people: Any, bulk: bool
) -> None:
    model = USER._meta.model_name
    client.force_login(staff(people, f"view_{model}", "view_notification", "view_group"))
    for row in (alice, alarm):
        deleted(client, row, bulk=bulk)
        row.refresh_from_db()
    assert SentNotification.objects.count() == 2


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("model", [SentNotification, Send])
def test_records_cannot_be_deleted_alone(
    alarm: Notification, admin_client: Client, model: Any, bulk: bool
) -> None:
    deleted(admin_client, model.objects.first(), bulk=bulk)
    assert model.objects.count() == 2


@pytest.mark.parametrize("bulk", [False, True])
def test_preferences_need_their_own_permission(
    alarm: Notification, client: Client, people: Any, bulk: bool
) -> None:
    client.force_login(staff(people, "view_userprefs", "view_address"))
    deleted(client, UserPrefs.objects.get(), bulk=bulk)
    deleted(client, Address.objects.get(), bulk=bulk)
    assert [UserPrefs.objects.count(), Address.objects.count()] == [1, 1]


def test_the_index_lists_no_dependent_models(
    alarm: Notification, client: Client, people: Any
) -> None:
    client.force_login(staff(people, f"delete_{USER._meta.model_name}"))
    page = text(client.get("/deleting/"))
    assert "notifications/sentnotification" not in page
    assert "notifications/userprefs" not in page


@pytest.mark.parametrize("bulk", [False, True])
def test_backends_with_deliveries_are_not_deleted(
    alarm: Notification, admin_client: Client, bulk: bool
) -> None:
    email = Backend.objects.get(name="email")
    page = text(deleted(admin_client, email, bulk=bulk))
    assert "2 deliveries" in page
    assert "1 address" in page
    assert Backend.objects.filter(pk=email.pk).exists()


@pytest.mark.parametrize("about", ["notification", "backend", "user"])
def test_the_page_takes_constant_statements_at_any_size(
    alarm: Notification, admin_client: Client, alice: Any, about: str
) -> None:
    row = {"notification": alarm, "backend": Backend.objects.get(name="email"), "user": alice}[
        about
    ]
    counts = []
    for number in (1, 1, 60):
        many([alice], number)
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(url(type(row), "delete", row.pk)).status_code == 200
        counts.append(len(queries))
        Send.objects.filter(key__startswith="many").delete()
    assert counts[1] == counts[2]
