import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend, UserPrefs
from notifications.settings_page import endpoint
from notifications.shortcuts import update_preferences
from project.models import GroupManager
from schema.ids import global_id
from tests.notifications.settings_page.submit import inputs, submission

Make = Callable[..., Notification]

OWN = "/preferences/"


def of_user(user: Any) -> str:
    return f"/preferences/users/{user.pk}/"


def of_group(group: Group) -> str:
    return f"/preferences/groups/{group.pk}/"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def show(user: Any, url: str = OWN) -> str:
    response = signed_in(user).get(url)
    assert response.status_code == 200
    return unescape(response.content.decode())


def save(user: Any, url: str = OWN, changes: dict[str, Any] | None = None) -> Any:
    client = signed_in(user)
    data = submission(client.get(url).content.decode(), changes)
    return client.post(url, data, follow=True)


def grant(user: Any, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def module_data(page: str) -> Any:
    found = re.search(r'<script id="np-data" type="application/json">(.*?)</script>', page)
    return found and json.loads(found[1])


@pytest.fixture(autouse=True)
def card(db: None, make: Make) -> Notification:
    card = make("card", email="off", inbox="on", sms="required")
    Notification.objects.update(display_name="Card declined", description="Sent at once.")
    Backend.objects.filter(name="email").update(display_name="E-mail")
    return card


# Access


@pytest.mark.parametrize("url", [OWN, "/preferences/users/1/", "/preferences/groups/1/"])
def test_anonymous_users_are_redirected(client: Client, url: str) -> None:
    for response in (client.get(url), client.post(url)):
        assert response.status_code == 302
        assert response.headers["Location"] == f"/accounts/login/?next={url}"


def test_the_index_redirects_to_the_settings_page(alice: Any) -> None:
    response = signed_in(alice).get("/", follow=True)
    assert response.redirect_chain[-1][0] == OWN


@pytest.mark.parametrize("permission", ["view_userprefs", "change_userprefs"])
def test_other_users_pages_need_a_permission(alice: Any, charlie: Any, permission: str) -> None:
    assert signed_in(charlie).get(of_user(alice)).status_code == 403
    assert signed_in(charlie).post(of_user(alice)).status_code == 403
    grant(charlie, permission)
    may_see = permission == "view_userprefs"
    assert signed_in(charlie).get(of_user(alice)).status_code == (200 if may_see else 403)


def test_groups_pages_are_for_their_managers(
    reviewers: Group, alice: Any, bob: Any, charlie: Any
) -> None:
    assert signed_in(bob).get(of_group(reviewers)).status_code == 200
    for outsider in (alice, charlie):
        assert signed_in(outsider).get(of_group(reviewers)).status_code == 403
        assert signed_in(outsider).post(of_group(reviewers)).status_code == 403


@pytest.mark.parametrize("key", ["999999", "0", "-1", "x", "1.0", "9" * 40, "%00", "%D9%A1"])
@pytest.mark.parametrize("kind", ["users", "groups"])
def test_unknown_keys_are_not_found(admin: Any, kind: str, key: str) -> None:
    assert signed_in(admin).get(f"/preferences/{kind}/{key}/").status_code == 404


def test_existence_is_not_disclosed(charlie: Any, people: Callable[..., Any]) -> None:
    gone = people("gone")
    url = of_user(gone)
    gone.delete()
    for missing in (url, "/preferences/groups/999999/"):
        assert signed_in(charlie).get(missing).status_code == 403


def test_viewers_without_change_permission_cannot_save(alice: Any, charlie: Any) -> None:
    grant(charlie, "view_userprefs")
    page = show(charlie, of_user(alice))
    assert "but not change them" in page
    assert "Save</button>" not in page
    assert all("disabled" in box for box in inputs(page).boxes.values())
    assert not any(cell["editable"] for cell in module_data(page)["cells"])
    assert signed_in(charlie).post(of_user(alice), submission(page)).status_code == 403


# Without JavaScript


def test_a_message_lists_the_changes(alice: Any) -> None:
    response = save(alice, OWN, {"card/email": True, "card/inbox": False})
    assert response.redirect_chain == [(OWN, 302)]
    page = unescape(response.content.decode())
    assert "Saved: E-mail for “Card declined” is on; inbox for “Card declined” is off." in page
    assert dict(UserPrefs.objects.values_list("backend__name", "notify")) == {
        "email": True,
        "inbox": False,
    }


def test_a_message_counts_many_changes(alice: Any, make: Make) -> None:
    for number in range(4):
        make(f"n{number}", email="off")
    response = save(alice, OWN, {f"n{number}/email": True for number in range(4)})
    assert "Saved: 4 preferences were changed." in response.content.decode()


def test_a_message_reports_no_change(alice: Any) -> None:
    assert "No change." in save(alice).content.decode()


def test_each_cell_shows_its_source(alice: Any, reviewers: Group) -> None:
    update_preferences("card", alice, {"inbox": False})
    update_preferences("card", reviewers, {"email": True})
    sources = re.findall(r"data-source>(.*?)<", show(alice))
    assert sources == ["From your group", "Yours", "Required"]


def test_a_refused_change_is_explained(alice: Any, make: Make) -> None:
    make("news", email="on")
    client = signed_in(alice)
    changes = {"card/email": True, "news/email": False}
    data = submission(client.get(OWN).content.decode(), changes)
    Notification.objects.filter(name="card").update(public=False)
    response = client.post(OWN, data)
    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert "“Card declined” is no longer available." in page
    assert "checked" not in inputs(page).boxes["news/email"]
    assert module_data(page) is None  # the form has unsaved changes
    assert not UserPrefs.objects.exists()


def test_a_change_refused_while_saving_is_explained(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(alice)
    data = submission(client.get(OWN).content.decode(), {"card/email": True})
    monkeypatch.setattr(
        "notifications.settings_page.forms.NotifierFormSet.is_valid",
        lambda _: bool(Notification.objects.get().cells.update(required=True)),
    )
    page = unescape(client.post(OWN, data).content.decode())
    assert "E-mail for “Card declined” is required" in page
    assert not UserPrefs.objects.exists()


def test_an_empty_page_has_no_table(alice: Any) -> None:
    Notification.objects.all().delete()
    page = show(alice)
    assert "There are no notifications that can be configured." in page
    assert "<table" not in page


def nothing_declared() -> None:
    Notification.objects.all().delete()


def nothing_public() -> None:
    Notification.objects.update(public=False)


def nothing_enabled() -> None:
    Backend.objects.update(enabled=False)


@pytest.mark.parametrize(
    ("empty", "step"),
    [
        (nothing_declared, "Declare them in a module named “notifications” of an installed app"),
        (nothing_enabled, "List backends in the setting NOTIFICATION_BACKENDS"),
        (nothing_public, "A notification is available if it is public"),
    ],
)
def test_an_empty_page_names_the_missing_step(
    admin: Any, alice: Any, reviewers: Group, empty: Callable[[], None], step: str
) -> None:
    assert "For staff" not in show(admin)
    empty()
    for url in (OWN, of_user(alice), of_group(reviewers)):
        assert step in show(admin, url)
    assert "For staff" not in show(alice)


def test_csrf_tokens_are_required(alice: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(OWN, {}).status_code == 403


def test_pages_are_not_cached(alice: Any) -> None:
    assert "no-store" in signed_in(alice).get(OWN).headers["Cache-Control"]


# Groups and other users


def test_a_manager_changes_a_group(reviewers: Group, bob: Any) -> None:
    page = show(bob, of_group(reviewers))
    assert "Notification settings of the group reviewers" in page
    assert re.findall(r"data-source>(.*?)<", page) == ["Default: off", "Default: on", "Required"]
    response = save(bob, of_group(reviewers), {"card/email": "true"})
    assert "E-mail for “Card declined” is on." in response.content.decode()
    assert GroupPrefs.objects.get().notify is True
    response = save(bob, of_group(reviewers), {"card/email": "unknown"})
    assert "is back to the default." in response.content.decode()
    assert not GroupPrefs.objects.exists()


def test_another_users_page_names_the_user(alice: Any, admin: Any, reviewers: Group) -> None:
    update_preferences("card", alice, {"inbox": False})
    update_preferences("card", reviewers, {"email": True})
    page = show(admin, of_user(alice))
    assert "Notification settings of alice" in page
    assert re.findall(r"data-source>(.*?)<", page) == ["From their group", "Their own", "Required"]
    save(admin, of_user(alice), {"card/email": False})
    assert UserPrefs.objects.get(user=alice, backend__name="email").notify is False


def test_administrators_see_withheld_notifications(alice: Any, admin: Any, make: Make) -> None:
    make("secret", email="on").permissions.add(Permission.objects.all()[0])
    assert "secret" not in show(alice)
    page = show(admin, of_user(alice))
    assert "Not available to this user" in page
    assert "<li>secret</li>" in page


def test_the_own_page_has_two_urls(alice: Any) -> None:
    assert "<h1>Notification settings</h1>" in show(alice, of_user(alice))


# Data of the JavaScript module


def test_module_data_equals_the_answer_of_the_api(alice: Any, reviewers: Group) -> None:
    update_preferences("card", alice, {"inbox": False})
    update_preferences("card", reviewers, {"email": True})
    data = module_data(show(alice))
    query = """{ preferences { user { id } notifications { cells {
        value: effective own: userValue source editable } } } }"""
    answer = (
        signed_in(alice).post(data["url"], {"query": query}, content_type="application/json").json()
    )
    matrix = answer["data"]["preferences"]
    assert data["subject"] == matrix["user"]["id"]
    cells = [
        {key: cell[key] for key in matrix["notifications"][0]["cells"][0]} for cell in data["cells"]
    ]
    assert cells == matrix["notifications"][0]["cells"]


def test_module_data_has_the_names_of_inputs(reviewers: Group, bob: Any) -> None:
    page = show(bob, of_group(reviewers))
    data = module_data(page)
    assert (data["kind"], data["subject"]) == ("group", global_id("Group", reviewers.pk))
    assert [cell["input"] for cell in data["cells"]] == ["card/email", "card/inbox", "card/sms"]
    assert all(f'name="{cell["input"]}"' in page for cell in data["cells"])


@pytest.mark.parametrize("known", [[], [endpoint.Endpoint("no-such-url", global_id)]])
def test_without_an_api_the_page_is_a_form(
    alice: Any, monkeypatch: pytest.MonkeyPatch, known: list[endpoint.Endpoint]
) -> None:
    monkeypatch.setattr(endpoint, "_connected", known)
    page = show(alice)
    assert "<script" not in page
    assert "Save</button>" in page


def test_the_last_connected_api_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_connected", [])
    endpoint.connect(url_name="graphql", global_id=global_id)
    endpoint.connect(url_name="login", global_id=global_id)
    found = endpoint.find()
    assert found is not None
    assert found.url == reverse("login")


def test_pages_have_no_inline_code(alice: Any) -> None:
    page = show(alice)
    assert not re.search(r"<style|\bstyle=|\bon[a-z]+=", page)
    scripts = re.findall(r"<script[^>]*>", page)
    assert [("src=" in tag or "application/json" in tag) for tag in scripts] == [True, True]


# Statements


@pytest.mark.parametrize("count", [2, 60])
@pytest.mark.parametrize("page", ["own", "user", "group"])
def test_statements_are_constant_at_any_size(
    admin: Any, alice: Any, reviewers: Group, page: str, count: int
) -> None:
    url = {"own": OWN, "user": of_user(alice), "group": of_group(reviewers)}[page]
    backend = Backend.objects.get(name="email")
    many = Notification.objects.bulk_create(Notification(name=f"n{n}") for n in range(count))
    NotificationBackend.objects.bulk_create(
        NotificationBackend(notification=each, backend=backend) for each in many
    )
    client = signed_in(admin)
    client.get(url)  # reads the configuration, once after each change
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) == (3 if page == "own" else 4)  # session, user, subject, the matrix


@pytest.mark.parametrize("count", [1, 10])
def test_the_own_page_links_to_managed_groups(bob: Any, count: int) -> None:
    groups = [Group.objects.create(name=f"team {number}") for number in range(count)]
    bob.groups.add(*groups, Group.objects.create(name="not mine"))
    GroupManager.objects.bulk_create(GroupManager(group=group, user=bob) for group in groups)
    client = signed_in(bob)
    client.get(OWN)  # reads the configuration, once after each change
    with CaptureQueriesContext(connection) as queries:
        page = client.get(OWN).content.decode()
    for group in groups:
        assert f'<a href="{of_group(group)}">{group.name}</a>' in page
    assert "not mine" not in page
    assert len(queries) == 6  # as above, permissions of the viewer, groups, managers


def test_a_filter_appears_above_15_notifications(alice: Any, make: Make) -> None:
    for number in range(14):
        make(f"n{number}", email="off")
    assert 'id="np-filter"' not in show(alice)
    make("one-more", email="off")
    assert 'id="np-filter"' in show(alice)


# Other projects


def test_the_messages_framework_is_optional(alice: Any) -> None:
    without = [name for name in settings.MIDDLEWARE if "messages" not in name]
    with override_settings(MIDDLEWARE=without):
        assert save(alice, OWN, {"card/email": True}).status_code == 200
    assert UserPrefs.objects.get().notify is True
