"""Settings pages of groups and of other users."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from playwright.sync_api import Page, expect

from notifications.models import GroupPrefs
from notifications.shortcuts import update_preferences
from tests.browser.page_errors import PageErrors
from tests.browser.settings_page import (
    OWN,
    Browse,
    cell_input,
    choose_action,
    expect_status,
    mutations,
    open_page,
    source,
    stored,
    wait_until_ready,
)

pytestmark = pytest.mark.usefixtures("card_and_news")


def test_a_manager_changes_a_group(browse: Browse, bob: Any, reviewers: Group) -> None:
    page = open_page(browse, bob, f"{OWN}groups/{reviewers.pk}/")
    select = cell_input(page, "Card declined: Email")
    expect(select).to_have_value("unknown")
    expect(cell_input(page, "Card declined: SMS")).to_be_disabled()
    select.select_option("On")
    expect_status(page, "Saved: Email for “Card declined” is on.")
    assert GroupPrefs.objects.get().notify is True
    page.reload()
    wait_until_ready(page)
    expect(select).to_have_value("true")
    select.select_option("Not set")
    expect_status(page, "is back to the default.")
    assert not GroupPrefs.objects.exists()


def test_a_row_of_a_group_is_reset(browse: Browse, bob: Any, reviewers: Group) -> None:
    page = open_page(browse, bob, f"{OWN}groups/{reviewers.pk}/")
    sent = mutations(page)
    choose_action(page, "News", "All off")
    expect_status(page, "Preferences changed: 2.")
    choose_action(page, "News", "Reset")
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    expect_status(page, "Preferences reset: 2.")
    expect(cell_input(page, "News: Email")).to_have_value("unknown")
    assert len(sent) == 2
    assert not GroupPrefs.objects.exists()


def test_a_groups_page_is_a_form_without_javascript(
    browse: Browse, bob: Any, reviewers: Group
) -> None:
    page = browse(f"{OWN}groups/{reviewers.pk}/", bob, java_script_enabled=False)
    cell_input(page, "News: Inbox").select_option("Off")
    page.get_by_role("button", name="Save").click()
    expect_status(page, "Inbox for “News” is off.")
    assert GroupPrefs.objects.get().notify is False


def test_a_groups_page_is_for_its_managers(
    browse: Browse, charlie: Any, reviewers: Group, page_errors: PageErrors
) -> None:
    page = browse(f"{OWN}groups/{reviewers.pk}/", charlie)
    expect(page.get_by_text("403")).to_be_visible()
    page.title()
    page_errors.allow("403")


def test_another_users_page(browse: Browse, admin: Any, alice: Any, reviewers: Group) -> None:
    update_preferences("news", reviewers, {"Email": True})
    page = open_page(browse, admin, f"{OWN}users/{alice.pk}/")
    expect(page.get_by_role("heading", name="Notification settings of alice")).to_be_visible()
    expect(source(page, "News: Email")).to_have_text("From their group")
    cell_input(page, "News: Email").uncheck()
    expect(source(page, "News: Email")).to_have_text("Their own")
    expect_status(page, "is off.")
    assert stored(alice) == {("news", "Email"): False}
    assert stored(admin) == {}


def test_viewers_without_permission_find_no_controls(
    browse: Browse, charlie: Any, alice: Any
) -> None:
    charlie.user_permissions.add(Permission.objects.get(codename="view_userprefs"))
    page: Page = open_page(browse, charlie, f"{OWN}users/{alice.pk}/")
    expect(cell_input(page, "News: Email")).to_be_disabled()
    expect(page.get_by_label("Actions for “News”")).to_have_count(0)
