"""Access to the pages, and pages of groups and other users."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend, UserPrefs
from notifications.shortcuts import update_preferences
from project.models import GroupManager
from tests.notifications.settings_page.form_data import inputs, submission
from tests.notifications.settings_page.pages import (
    OWN,
    grant,
    module_data,
    of_group,
    of_user,
    save,
    show,
    signed_in,
)

Make = Callable[..., Notification]

pytestmark = pytest.mark.usefixtures("card")


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
