"""What people do on the settings page, and that the server has it."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from playwright.sync_api import Page, Route, expect

from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.shortcuts import create_notification, update_preferences
from tests.browser.settings_page import (
    OWN,
    Browse,
    act,
    alive,
    box,
    mutations,
    said,
    source,
    visit,
)
from tests.browser.page_errors import Watch


@pytest.fixture(autouse=True)
def catalogue(live: Any) -> None:
    for name in ("Email", "Inbox", "SMS"):
        Backend.objects.create(name=name)
    create_notification("card", "Card declined")
    create_notification("news", "News", backends=["Email", "Inbox"])
    Notification.objects.get(name="card").cells.filter(backend__name="Inbox").update(default=True)
    Notification.objects.get(name="card").cells.filter(backend__name="SMS").update(required=True)


def own(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.filter(user=user)
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


def test_a_person_signs_in_ticks_and_finds_it_kept(browse: Browse, alice: Any) -> None:
    page = browse(OWN)
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{OWN}")
    alive(page)
    sent = mutations(page)
    box(page, "Card declined: Email").check()
    said(page, "Saved: Email for “Card declined” is on.")
    expect(source(page, "Card declined: Email")).to_have_text("Yours")
    assert [len(variables["preferences"]) for variables in sent] == [1]
    page.reload()
    expect(box(page, "Card declined: Email")).to_be_checked()
    assert own(alice) == {("card", "Email"): True}


def test_the_page_works_where_only_trusted_documents_are_run(
    browse: Browse, alice: Any, bob: Any, reviewers: Group, settings: Any
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"TRUSTED_DOCUMENTS_ONLY": True}
    page = visit(browse, alice)
    box(page, "Card declined: Email").check()
    said(page, "Saved: Email for “Card declined” is on.")
    assert own(alice) == {("card", "Email"): True}
    page = visit(browse, bob, f"/preferences/groups/{reviewers.pk}/")
    box(page, "Card declined: Email").select_option("Off")
    said(page, "Saved")
    assert GroupPrefs.objects.filter(group=reviewers, notify=False).count() == 1


def test_boxes_show_what_holds_and_what_cannot_be_changed(
    browse: Browse, alice: Any, reviewers: Group
) -> None:
    update_preferences("news", reviewers, {"Email": True})
    update_preferences("news", alice, {"Inbox": True})
    page = visit(browse, alice)
    expect(box(page, "Card declined: SMS")).to_be_disabled()
    found = {
        name: (box(page, name).is_checked(), source(page, name).text_content())
        for name in ("Card declined: Inbox", "Card declined: SMS", "News: Email", "News: Inbox")
    }
    assert found == {
        "Card declined: Inbox": (True, "Default"),
        "Card declined: SMS": (True, "Required"),
        "News: Email": (True, "From your group"),
        "News: Inbox": (True, "Yours"),
    }


def test_a_cell_of_ones_own_is_reset(browse: Browse, alice: Any) -> None:
    update_preferences("card", alice, {"Inbox": False, "Email": True})
    page = visit(browse, alice)
    page.get_by_role("button", name="Reset Inbox for “Card declined”").click()
    said(page, "was reset")
    expect(box(page, "Card declined: Inbox")).to_be_checked()
    expect(source(page, "Card declined: Inbox")).to_have_text("Default")
    expect(box(page, "Card declined: Inbox")).to_be_focused()
    expect(page.get_by_role("button", name="Reset Inbox for “Card declined”")).to_be_hidden()
    assert own(alice) == {("card", "Email"): True}


def test_a_row_is_switched_by_one_mutation(browse: Browse, alice: Any) -> None:
    page = visit(browse, alice)
    sent = mutations(page)
    act(page, "News", "All on")
    said(page, "Preferences changed: 2.")
    assert len(sent) == 1
    assert own(alice) == {("news", "Email"): True, ("news", "Inbox"): True}
    act(page, "News", "All on")
    said(page, "No change.")
    assert len(sent) == 1


def test_a_column_is_switched_by_one_mutation(browse: Browse, alice: Any) -> None:
    page = visit(browse, alice)
    sent = mutations(page)
    act(page, "Inbox", "All off")
    said(page, "Saved: Inbox for “Card declined” is off.")  # the other one is off already
    assert len(sent) == 1
    expect(box(page, "Card declined: Inbox")).not_to_be_checked()
    assert own(alice) == {("card", "Inbox"): False}


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ("News", {("card", "Email"): True, ("card", "Inbox"): False}),
        ("Email", {("card", "Inbox"): False, ("news", "Inbox"): True}),
        ("All notifications", {}),
    ],
)
def test_a_reset_of_more_than_one_asks_first(
    browse: Browse, alice: Any, scope: str, left: dict[tuple[str, str], bool]
) -> None:
    update_preferences("card", alice, {"Email": True, "Inbox": False})
    update_preferences("news", alice, {"Email": True, "Inbox": True})
    before = own(alice)
    page = visit(browse, alice)
    act(page, scope, "Reset to inherited")
    dialog = page.get_by_role("dialog", name="Reset preferences?")
    expect(dialog).to_contain_text(f"{len(before) - len(left)} preferences will be reset.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert own(alice) == before

    act(page, scope, "Reset to inherited")
    dialog.get_by_role("button", name="Reset").click()
    said(page, f"Preferences reset: {len(before) - len(left)}.")
    assert own(alice) == left


def test_a_reset_of_one_does_not_ask(browse: Browse, alice: Any) -> None:
    update_preferences("news", alice, {"Email": True})
    page = visit(browse, alice)
    act(page, "All notifications", "Reset to inherited")
    said(page, "was reset")
    assert own(alice) == {}
    act(page, "All notifications", "Reset to inherited")
    said(page, "No change.")


def test_everything_can_be_done_by_keyboard(browse: Browse, alice: Any) -> None:
    page = visit(browse, alice)
    press = page.keyboard.press
    page.get_by_label("Actions for “Card declined”").focus()
    press("Tab")
    expect(box(page, "Card declined: Email")).to_be_focused()
    press("Space")
    said(page, "is on.")
    press("Tab")
    expect(page.get_by_role("button", name="Reset Email for “Card declined”")).to_be_focused()
    press("Enter")
    said(page, "was reset")
    expect(box(page, "Card declined: Email")).to_be_focused()
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
    said(page, "is on.")
    assert own(alice) == {("card", "Email"): True}


def test_a_menu_closes_when_one_leaves_it(browse: Browse, alice: Any) -> None:
    page = visit(browse, alice)
    page.get_by_label("Actions for “News”").click()
    expect(page.get_by_role("button", name="All on")).to_be_visible()
    page.get_by_role("heading").first.click()
    expect(page.get_by_role("button", name="All on")).to_be_hidden()


def test_without_javascript_it_is_a_form(browse: Browse, alice: Any) -> None:
    page = browse(OWN, alice, java_script_enabled=False)
    expect(page.get_by_role("group")).to_have_count(0)
    box(page, "Card declined: Email").check()
    box(page, "Card declined: Inbox").uncheck()
    page.get_by_role("button", name="Save").click()
    said(page, "Saved: Email for “Card declined” is on; Inbox for “Card declined” is off.")
    expect(box(page, "Card declined: Email")).to_be_checked()
    assert own(alice) == {("card", "Email"): True, ("card", "Inbox"): False}


def test_with_javascript_there_is_nothing_to_save(browse: Browse, alice: Any) -> None:
    page = visit(browse, alice)
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_a_box_that_was_ticked_before_the_module_came_is_saved(browse: Browse, alice: Any) -> None:
    page = browse("/accounts/login/", alice)

    def dawdle(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/user.graphql", dawdle)
    page.goto(OWN, wait_until="commit")
    box(page, "Card declined: Email").check()
    said(page, "Email for “Card declined” is on.")
    assert own(alice) == {("card", "Email"): True}


def test_another_tab_hears_of_it(browse: Browse, alice: Any) -> None:
    first = visit(browse, alice)
    second = first.context.new_page()
    second.goto(OWN)
    alive(second)
    box(first, "News: Email").check()
    expect(box(second, "News: Email")).to_be_checked()
    expect(source(second, "News: Email")).to_have_text("Yours")
    second.get_by_role("button", name="Reset Email for “News”").click()
    expect(box(first, "News: Email")).not_to_be_checked()


def test_a_filter_narrows_what_is_seen_and_done(browse: Browse, alice: Any) -> None:
    for number in range(15):
        create_notification(f"n{number}", f"Number {number}", backends=["Email"])
    page = visit(browse, alice)
    sent = mutations(page)
    page.get_by_label("Filter notifications").fill("NUMBER 1")
    said(page, "Showing 6 of 17 notifications.")
    expect(box(page, "News: Email")).to_be_hidden()
    act(page, "Email", "All on")
    said(page, "Preferences changed: 6.")
    assert len(sent) == 1
    assert len(own(alice)) == 6
    page.get_by_label("Filter notifications").fill("nothing like it")
    expect(page.get_by_text("No notification matches the filter.")).to_be_visible()


# Groups and other users


def test_a_group_speaks_through_its_manager(browse: Browse, bob: Any, reviewers: Group) -> None:
    page = visit(browse, bob, f"{OWN}groups/{reviewers.pk}/")
    select = box(page, "Card declined: Email")
    expect(select).to_have_value("unknown")
    expect(box(page, "Card declined: SMS")).to_be_disabled()
    select.select_option("On")
    said(page, "Saved: Email for “Card declined” is on.")
    assert GroupPrefs.objects.get().notify is True
    page.reload()
    alive(page)
    expect(select).to_have_value("true")
    select.select_option("Not set")
    said(page, "is back to the default.")
    assert not GroupPrefs.objects.exists()


def test_a_group_takes_back_a_row_at_once(browse: Browse, bob: Any, reviewers: Group) -> None:
    page = visit(browse, bob, f"{OWN}groups/{reviewers.pk}/")
    sent = mutations(page)
    act(page, "News", "All off")
    said(page, "Preferences changed: 2.")
    act(page, "News", "Reset")
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    said(page, "Preferences reset: 2.")
    expect(box(page, "News: Email")).to_have_value("unknown")
    assert len(sent) == 2
    assert not GroupPrefs.objects.exists()


def test_a_groups_page_without_javascript(browse: Browse, bob: Any, reviewers: Group) -> None:
    page = browse(f"{OWN}groups/{reviewers.pk}/", bob, java_script_enabled=False)
    box(page, "News: Inbox").select_option("Off")
    page.get_by_role("button", name="Save").click()
    said(page, "Inbox for “News” is off.")
    assert GroupPrefs.objects.get().notify is False


def test_a_groups_page_is_refused_to_others(
    browse: Browse, charlie: Any, reviewers: Group, watch: Watch
) -> None:
    page = browse(f"{OWN}groups/{reviewers.pk}/", charlie)
    expect(page.get_by_text("403")).to_be_visible()
    page.title()
    watch.forgive("403")


def test_another_users_page(browse: Browse, admin: Any, alice: Any, reviewers: Group) -> None:
    update_preferences("news", reviewers, {"Email": True})
    page = visit(browse, admin, f"{OWN}users/{alice.pk}/")
    expect(page.get_by_role("heading", name="Notification settings of alice")).to_be_visible()
    expect(source(page, "News: Email")).to_have_text("From their group")
    box(page, "News: Email").uncheck()
    expect(source(page, "News: Email")).to_have_text("Their own")
    said(page, "is off.")
    assert own(alice) == {("news", "Email"): False}
    assert own(admin) == {}


def test_who_may_only_look_finds_no_way_to_change(browse: Browse, charlie: Any, alice: Any) -> None:
    charlie.user_permissions.add(Permission.objects.get(codename="view_userprefs"))
    page: Page = visit(browse, charlie, f"{OWN}users/{alice.pk}/")
    expect(box(page, "News: Email")).to_be_disabled()
    expect(page.get_by_label("Actions for “News”")).to_have_count(0)
