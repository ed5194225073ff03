"""Changes on the settings page, and their rows in the database."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Route, expect

from notifications.models import GroupPrefs
from notifications.shortcuts import create_notification, update_preferences
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


def test_a_click_is_saved(browse: Browse, alice: Any) -> None:
    page = browse(OWN)
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{OWN}")
    wait_until_ready(page)
    sent = mutations(page)
    cell_input(page, "Card declined: Email").check()
    expect_status(page, "Saved: Email for “Card declined” is on.")
    expect(source(page, "Card declined: Email")).to_have_text("Yours")
    assert [len(variables["preferences"]) for variables in sent] == [1]
    page.reload()
    expect(cell_input(page, "Card declined: Email")).to_be_checked()
    assert stored(alice) == {("card", "Email"): True}


def test_the_page_works_with_trusted_documents_only(
    browse: Browse, alice: Any, bob: Any, reviewers: Group, settings: Any
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"TRUSTED_DOCUMENTS_ONLY": True}
    page = open_page(browse, alice)
    cell_input(page, "Card declined: Email").check()
    expect_status(page, "Saved: Email for “Card declined” is on.")
    assert stored(alice) == {("card", "Email"): True}
    page = open_page(browse, bob, f"/preferences/groups/{reviewers.pk}/")
    cell_input(page, "Card declined: Email").select_option("Off")
    expect_status(page, "Saved")
    assert GroupPrefs.objects.filter(group=reviewers, notify=False).count() == 1


def test_boxes_show_effective_values_and_sources(
    browse: Browse, alice: Any, reviewers: Group
) -> None:
    update_preferences("news", reviewers, {"Email": True})
    update_preferences("news", alice, {"Inbox": True})
    page = open_page(browse, alice)
    expect(cell_input(page, "Card declined: SMS")).to_be_disabled()
    found = {
        name: (cell_input(page, name).is_checked(), source(page, name).text_content())
        for name in ("Card declined: Inbox", "Card declined: SMS", "News: Email", "News: Inbox")
    }
    assert found == {
        "Card declined: Inbox": (True, "Default"),
        "Card declined: SMS": (True, "Required"),
        "News: Email": (True, "From your group"),
        "News: Inbox": (True, "Yours"),
    }


def test_a_preference_is_reset(browse: Browse, alice: Any) -> None:
    update_preferences("card", alice, {"Inbox": False, "Email": True})
    page = open_page(browse, alice)
    page.get_by_role("button", name="Reset Inbox for “Card declined”").click()
    expect_status(page, "was reset")
    expect(cell_input(page, "Card declined: Inbox")).to_be_checked()
    expect(source(page, "Card declined: Inbox")).to_have_text("Default")
    expect(cell_input(page, "Card declined: Inbox")).to_be_focused()
    expect(page.get_by_role("button", name="Reset Inbox for “Card declined”")).to_be_hidden()
    assert stored(alice) == {("card", "Email"): True}


def test_a_row_takes_one_mutation(browse: Browse, alice: Any) -> None:
    page = open_page(browse, alice)
    sent = mutations(page)
    choose_action(page, "News", "All on")
    expect_status(page, "Preferences changed: 2.")
    assert len(sent) == 1
    assert stored(alice) == {("news", "Email"): True, ("news", "Inbox"): True}
    choose_action(page, "News", "All on")
    expect_status(page, "No change.")
    assert len(sent) == 1


def test_a_column_takes_one_mutation(browse: Browse, alice: Any) -> None:
    page = open_page(browse, alice)
    sent = mutations(page)
    choose_action(page, "Inbox", "All off")
    expect_status(page, "Saved: Inbox for “Card declined” is off.")  # the other row is off
    assert len(sent) == 1
    expect(cell_input(page, "Card declined: Inbox")).not_to_be_checked()
    assert stored(alice) == {("card", "Inbox"): False}


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ("News", {("card", "Email"): True, ("card", "Inbox"): False}),
        ("Email", {("card", "Inbox"): False, ("news", "Inbox"): True}),
        ("All notifications", {}),
    ],
)
def test_resetting_several_needs_confirmation(
    browse: Browse, alice: Any, scope: str, left: dict[tuple[str, str], bool]
) -> None:
    update_preferences("card", alice, {"Email": True, "Inbox": False})
    update_preferences("news", alice, {"Email": True, "Inbox": True})
    before = stored(alice)
    page = open_page(browse, alice)
    choose_action(page, scope, "Reset to inherited")
    dialog = page.get_by_role("dialog", name="Reset preferences?")
    expect(dialog).to_contain_text(f"{len(before) - len(left)} preferences will be reset.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert stored(alice) == before

    choose_action(page, scope, "Reset to inherited")
    dialog.get_by_role("button", name="Reset").click()
    expect_status(page, f"Preferences reset: {len(before) - len(left)}.")
    assert stored(alice) == left


def test_resetting_one_needs_no_confirmation(browse: Browse, alice: Any) -> None:
    update_preferences("news", alice, {"Email": True})
    page = open_page(browse, alice)
    choose_action(page, "All notifications", "Reset to inherited")
    expect_status(page, "was reset")
    assert stored(alice) == {}
    choose_action(page, "All notifications", "Reset to inherited")
    expect_status(page, "No change.")


def test_the_page_works_by_keyboard(browse: Browse, alice: Any) -> None:
    page = open_page(browse, alice)
    press = page.keyboard.press
    page.get_by_label("Actions for “Card declined”").focus()
    press("Tab")
    expect(cell_input(page, "Card declined: Email")).to_be_focused()
    press("Space")
    expect_status(page, "is on.")
    press("Tab")
    expect(page.get_by_role("button", name="Reset Email for “Card declined”")).to_be_focused()
    press("Enter")
    expect_status(page, "was reset")
    expect(cell_input(page, "Card declined: Email")).to_be_focused()
    press("Shift+Tab")
    press("Enter")
    press("Tab")
    expect(page.get_by_role("button", name="All on")).to_be_focused()
    press("Escape")
    expect(page.get_by_role("button", name="All on")).to_be_hidden()
    expect(page.get_by_label("Actions for “Card declined”")).to_be_focused()
    press("Enter")
    press("Tab")
    press("Enter")
    expect_status(page, "is on.")
    assert stored(alice) == {("card", "Email"): True}


def test_menus_close_on_a_click_elsewhere(browse: Browse, alice: Any) -> None:
    page = open_page(browse, alice)
    page.get_by_label("Actions for “News”").click()
    expect(page.get_by_role("button", name="All on")).to_be_visible()
    page.get_by_role("heading").first.click()
    expect(page.get_by_role("button", name="All on")).to_be_hidden()


def test_without_javascript_the_page_is_a_form(browse: Browse, alice: Any) -> None:
    page = browse(OWN, alice, java_script_enabled=False)
    expect(page.get_by_role("group")).to_have_count(0)
    cell_input(page, "Card declined: Email").check()
    cell_input(page, "Card declined: Inbox").uncheck()
    page.get_by_role("button", name="Save").click()
    expect_status(page, "Saved: Email for “Card declined” is on; Inbox for “Card declined” is off.")
    expect(cell_input(page, "Card declined: Email")).to_be_checked()
    assert stored(alice) == {("card", "Email"): True, ("card", "Inbox"): False}


def test_with_javascript_there_is_no_save_button(browse: Browse, alice: Any) -> None:
    page = open_page(browse, alice)
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_early_clicks_are_saved(browse: Browse, alice: Any) -> None:
    page = browse("/accounts/login/", alice)

    def dawdle(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/user.graphql", dawdle)
    page.goto(OWN, wait_until="commit")
    cell_input(page, "Card declined: Email").check()
    expect_status(page, "Email for “Card declined” is on.")
    assert stored(alice) == {("card", "Email"): True}


def test_other_tabs_are_refreshed(browse: Browse, alice: Any) -> None:
    first = open_page(browse, alice)
    second = first.context.new_page()
    second.goto(OWN)
    wait_until_ready(second)
    cell_input(first, "News: Email").check()
    expect(cell_input(second, "News: Email")).to_be_checked()
    expect(source(second, "News: Email")).to_have_text("Yours")
    second.get_by_role("button", name="Reset Email for “News”").click()
    expect(cell_input(first, "News: Email")).not_to_be_checked()


def test_actions_apply_to_filtered_rows(browse: Browse, alice: Any) -> None:
    for number in range(15):
        create_notification(f"n{number}", f"Number {number}", backends=["Email"])
    page = open_page(browse, alice)
    sent = mutations(page)
    page.get_by_label("Filter notifications").fill("NUMBER 1")
    expect_status(page, "Showing 6 of 17 notifications.")
    expect(cell_input(page, "News: Email")).to_be_hidden()
    choose_action(page, "Email", "All on")
    expect_status(page, "Preferences changed: 6.")
    assert len(sent) == 1
    assert len(stored(alice)) == 6
    page.get_by_label("Filter notifications").fill("nothing like it")
    expect(page.get_by_text("No notification matches the filter.")).to_be_visible()
