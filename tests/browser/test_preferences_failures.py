"""The settings page never shows what the server does not have without saying so."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from playwright.sync_api import Dialog, Page, Route, expect

from notifications.models import Backend, Notification, UserPrefs
from notifications.shortcuts import create_notification, update_preferences
from tests.browser.settings_page import (
    OWN,
    Browse,
    act,
    alerted,
    alive,
    answering,
    box,
    mutations,
    said,
    source,
    visit,
)
from tests.browser.page_errors import Watch

EMAIL = "Card declined: Email"


@pytest.fixture(autouse=True)
def card(live: Any) -> Notification:
    for name in ("Email", "Inbox"):
        Backend.objects.create(name=name)
    return create_notification("card", "Card declined")


@pytest.fixture
def page(browse: Browse, alice: Any) -> Page:
    return visit(browse, alice)


def values() -> list[bool]:
    return list(UserPrefs.objects.values_list("notify", flat=True))


def unsaved(page: Page) -> None:
    """The box shows the wish, and says that it is one."""
    expect(source(page, EMAIL)).to_have_text("Not saved")
    assert values() == []


def button(page: Page, name: str) -> Any:
    return page.get_by_role("alert").get_by_role("button", name=name)


# Refusals: the box goes back


def test_a_refused_change_goes_back_and_says_why(page: Page, card: Notification) -> None:
    create_notification("news", "News")
    page.reload()
    alive(page)
    card.permissions.add(Permission.objects.all()[0])
    box(page, EMAIL).click()
    alerted(page, "Not saved: “Card declined” cannot be changed: a permission is missing.")
    expect(box(page, EMAIL)).not_to_be_checked()
    alerted(page, "The available notifications have changed. Reload the page")
    expect(box(page, EMAIL)).to_be_disabled()
    box(page, "News: Email").check()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert values() == [True]


def test_a_refused_row_goes_back_as_a_whole(page: Page, card: Notification) -> None:
    card.cells.filter(backend__name="Email").update(required=True)
    act(page, "Card declined", "All on")
    alerted(page, "Email for “Card declined” is required and cannot be turned off.")
    expect(box(page, "Card declined: Inbox")).not_to_be_checked()
    expect(box(page, EMAIL)).to_be_checked()
    expect(box(page, EMAIL)).to_be_disabled()
    expect(source(page, EMAIL)).to_have_text("Required")
    button(page, "Close").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert values() == []


def test_a_right_that_was_taken_away_is_told(browse: Browse, admin: Any, alice: Any) -> None:
    page = visit(browse, admin, f"{OWN}users/{alice.pk}/")
    admin.is_superuser = False
    admin.save()
    box(page, EMAIL).click()
    alerted(page, "Not saved: You do not have permission to change this.")
    expect(box(page, EMAIL)).not_to_be_checked()


def test_a_user_who_has_gone_is_told(browse: Browse, admin: Any, people: Any) -> None:
    somebody = people("somebody")
    page = visit(browse, admin, f"{OWN}users/{somebody.pk}/")
    somebody.delete()
    box(page, EMAIL).click()
    alerted(page, "This no longer exists.")


def test_another_person_who_signed_in_meanwhile_is_left_alone(
    page: Page, charlie: Any, watch: Watch
) -> None:
    other = page.context.new_page()
    page.context.clear_cookies()
    other.goto("/accounts/login/")
    other.get_by_label("Username").fill("charlie")
    other.get_by_label("Password").fill("password")
    other.get_by_role("button", name="Sign in").click()
    alive(other)
    box(page, EMAIL).click()
    alerted(page, "You do not have permission to change this.")
    assert values() == []
    watch.forgive("403")  # the page's token; a fresh one is fetched


# Trouble: the box keeps what was wished, marked, and there is a way out


def test_an_expired_session_offers_to_sign_in_and_to_try_again(page: Page, watch: Watch) -> None:
    Session.objects.all().delete()
    box(page, EMAIL).check()
    alerted(page, "You are signed out. Unsaved changes: 1.")
    unsaved(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    other = opened.value
    other.get_by_label("Username").fill("alice")
    other.get_by_label("Password").fill("password")
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url(f"**{OWN}")
    button(page, "Try again").click()
    said(page, "Saved: Email for “Card declined” is on.")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(box(page, EMAIL)).to_be_focused()
    assert values() == [True]
    watch.forgive("403")  # signing in made the page's token invalid; a fresh one was fetched


def test_signing_in_again_elsewhere_does_not_disturb(page: Page, watch: Watch) -> None:
    """It makes the page's token invalid, which then is fetched anew."""
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.get_by_label("Username").fill("alice")
    other.get_by_label("Password").fill("password")
    other.get_by_role("button", name="Sign in").click()
    alive(other)
    box(page, EMAIL).check()
    said(page, "is on.")
    assert values() == [True]
    watch.forgive("403")


def test_a_lost_connection_is_told_and_mended_when_it_is_back(page: Page, watch: Watch) -> None:
    page.context.set_offline(True)
    box(page, EMAIL).check()
    alerted(page, "The connection is lost. Unsaved changes: 1.")
    unsaved(page)
    box(page, "Card declined: Inbox").check()
    alerted(page, "Unsaved changes: 2.")
    page.context.set_offline(False)
    said(page, "Saved: Inbox for “Card declined” is on.")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(source(page, EMAIL)).to_have_text("Yours")
    assert values() == [True, True]
    watch.forgive("ERR_INTERNET_DISCONNECTED")


def html(status: int, headers: dict[str, str] | None = None) -> Callable[[Route], None]:
    more = {"Content-Type": "text/html", **(headers or {})}
    return lambda route: route.fulfill(status=status, body="<h1>No</h1>", headers=more)


def errors(code: str) -> Callable[[Route], None]:
    body = {"data": None, "errors": [{"message": "Off limits.", "extensions": {"code": code}}]}
    return lambda route: route.fulfill(body=json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda route: route.abort(), "The connection is lost."),
        (html(500), "A server error occurred."),
        (html(502), "A server error occurred."),
        (html(403), "The server refused the request."),
        (html(200), "A server error occurred."),
        (html(429, {"Retry-After": "3600"}), "Too many changes in a short time."),
        (errors("RATE_LIMITED"), "Too many changes in a short time."),
        (errors("INTERNAL"), "A server error occurred."),
        (errors("UNAUTHENTICATED"), "You are signed out."),
        (lambda route: route.fulfill(body="{}"), "A server error occurred."),
        (
            lambda route: route.fulfill(body='{"data": {"outcome": {"__typename": "What?"}}}'),
            "A server error occurred.",
        ),
    ],
    ids=[
        *("aborted", "500", "502", "403", "html", "429", "limited", "internal"),
        *("unauthenticated", "empty", "strange"),
    ],
)
def test_an_error_is_told_and_can_be_tried_again(
    page: Page, watch: Watch, answer: Callable[[Route], None], sentence: str
) -> None:
    with answering(page, answer):
        box(page, EMAIL).check()
        alerted(page, sentence)
        unsaved(page)
        button(page, "Try again").click()
        unsaved(page)  # once more: a pending change is not marked
        alerted(page, sentence)
    expect(box(page, EMAIL)).to_be_checked()
    button(page, "Try again").click()
    said(page, "Saved: Email for “Card declined” is on.")
    expect(page.get_by_role("alert")).to_be_hidden()
    assert values() == [True]
    watch.troubles[:] = [each for each in watch.troubles if "Failed to load" not in each]


def test_an_error_that_trying_again_cannot_help_is_a_refusal(page: Page) -> None:
    with answering(page, errors("LIMIT_EXCEEDED")):
        box(page, EMAIL).click()
        alerted(page, "Not saved: Off limits.")
        expect(box(page, EMAIL)).not_to_be_checked()


def test_a_change_that_came_too_soon_is_sent_again(page: Page, watch: Watch) -> None:
    refused: list[Route] = []

    def once(route: Route) -> None:
        if refused:
            route.fallback()
        else:
            refused.append(route)
            html(429, {"Retry-After": "1"})(route)

    with answering(page, once):
        box(page, EMAIL).check()
        said(page, "Saved: Email for “Card declined” is on.")
    assert values() == [True]
    watch.forgive("429")


def test_what_is_not_saved_can_be_discarded(page: Page, alice: Any, watch: Watch) -> None:
    update_preferences("card", alice, {"Inbox": True})  # by somebody else
    with answering(page, html(500)):
        box(page, EMAIL).check()
        alerted(page, "A server error occurred.")
        button(page, "Discard").click()
        alerted(page, "The change may not have been saved.")
        expect(box(page, EMAIL)).not_to_be_checked()
    button(page, "Try again").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(box(page, "Card declined: Inbox")).to_be_checked()
    assert values() == [True]
    watch.forgive("500")


def test_two_quick_clicks_are_saved_one_after_the_other(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    sent = mutations(page)
    with answering(page, hold):
        box(page, EMAIL).click()
        box(page, EMAIL).click()
        box(page, "Card declined: Inbox").click()
        expect(box(page, EMAIL)).not_to_be_checked()
        expect(box(page, "Card declined: Inbox")).to_be_checked()
        assert [variables["preferences"][0]["notify"] for variables in sent] == [True]
        said(page, "Saving")
        held[0].continue_()
        expect(source(page, EMAIL)).to_have_text("Yours")
        for position in (1, 2):
            while len(held) == position:
                page.wait_for_timeout(20)
            expect(box(page, EMAIL)).not_to_be_checked()
            held[position].continue_()
        said(page, "Inbox for “Card declined” is on.")
    assert [variables["preferences"][0]["notify"] for variables in sent] == [True, False, True]
    assert dict(UserPrefs.objects.values_list("backend__name", "notify")) == {
        "Email": False,
        "Inbox": True,
    }


def test_the_inherited_value_after_a_reset_is_the_servers(page: Page, alice: Any) -> None:
    update_preferences("card", alice, {"Email": True})
    page.reload()
    alive(page)
    held: list[Route] = []
    with answering(page, lambda route: held.append(route)):  # noqa: PLW0108 - Playwright marks it
        reset = page.get_by_role("button", name="Reset Email for “Card declined”")
        reset.click()
        expect(box(page, EMAIL)).to_have_js_property("indeterminate", value=True)
        expect(source(page, EMAIL)).to_have_text("Yours")
        Notification.objects.get().cells.filter(backend__name="Email").update(default=True)
        held[0].continue_()
        expect(source(page, EMAIL)).to_have_text("Default")
        expect(box(page, EMAIL)).to_have_js_property("indeterminate", value=False)
        expect(box(page, EMAIL)).to_be_checked()


def test_leaving_with_unsaved_changes_asks(page: Page, watch: Watch) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    with answering(page, html(500)):
        box(page, EMAIL).check()
        alerted(page, "Unsaved changes: 1.")
    page.reload()
    alive(page)
    assert asked == ["beforeunload"]
    expect(box(page, EMAIL)).not_to_be_checked()
    watch.forgive("500")


def test_without_its_documents_the_page_is_the_form(
    browse: Browse, alice: Any, watch: Watch
) -> None:
    page = browse("/accounts/login/", alice)
    page.route("**/user.graphql", lambda route: route.abort())
    page.goto(OWN)
    box(page, EMAIL).check()
    page.get_by_role("button", name="Save").click()
    said(page, "Saved: Email for “Card declined” is on.")
    assert values() == [True]
    page.wait_for_load_state("networkidle")
    page.title()  # a round trip, so that the errors of this page have arrived
    watch.forgive("user.graphql|offline|ERR_FAILED|page error")
