"""Failures on the settings page: a box keeps its change, marked as unsaved."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Dialog, Page, Route, expect

from notifications.models import Notification, UserPrefs
from notifications.shortcuts import update_preferences
from tests.browser.page_errors import PageErrors
from tests.browser.settings_page import (
    EMAIL,
    OWN,
    Browse,
    alert_button,
    answer_with,
    cell_input,
    expect_alert,
    expect_status,
    mutations,
    open_page,
    source,
    values,
    wait_until_ready,
)

pytestmark = pytest.mark.usefixtures("card")


@pytest.fixture
def page(browse: Browse, alice: Any) -> Page:
    return open_page(browse, alice)


def expect_unsaved(page: Page) -> None:
    """Expect that the box is marked as unsaved."""
    expect(source(page, EMAIL)).to_have_text("Not saved")
    assert values() == []


def test_an_expired_session_offers_a_sign_in(page: Page, page_errors: PageErrors) -> None:
    Session.objects.all().delete()
    cell_input(page, EMAIL).check()
    expect_alert(page, "You are signed out. Unsaved changes: 1.")
    expect_unsaved(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    other = opened.value
    other.get_by_label("Username").fill("alice")
    other.get_by_label("Password").fill("password")
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url(f"**{OWN}")
    alert_button(page, "Try again").click()
    expect_status(page, "Saved: Email for “Card declined” is on.")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(cell_input(page, EMAIL)).to_be_focused()
    assert values() == [True]
    page_errors.allow("403")  # signing in made the CSRF token invalid


def test_an_invalid_csrf_token_is_replaced(page: Page, page_errors: PageErrors) -> None:
    """Signing in elsewhere makes the token of the page invalid."""
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.get_by_label("Username").fill("alice")
    other.get_by_label("Password").fill("password")
    other.get_by_role("button", name="Sign in").click()
    wait_until_ready(other)
    cell_input(page, EMAIL).check()
    expect_status(page, "is on.")
    assert values() == [True]
    page_errors.allow("403")


def test_changes_are_saved_after_a_lost_connection(page: Page, page_errors: PageErrors) -> None:
    page.context.set_offline(True)
    cell_input(page, EMAIL).check()
    expect_alert(page, "The connection is lost. Unsaved changes: 1.")
    expect_unsaved(page)
    cell_input(page, "Card declined: Inbox").check()
    expect_alert(page, "Unsaved changes: 2.")
    page.context.set_offline(False)
    expect_status(page, "Saved: Inbox for “Card declined” is on.")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(source(page, EMAIL)).to_have_text("Yours")
    assert values() == [True, True]
    page_errors.allow("ERR_INTERNET_DISCONNECTED")


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
def test_a_failure_can_be_retried(
    page: Page, page_errors: PageErrors, answer: Callable[[Route], None], sentence: str
) -> None:
    with answer_with(page, answer):
        cell_input(page, EMAIL).check()
        expect_alert(page, sentence)
        expect_unsaved(page)
        alert_button(page, "Try again").click()
        expect_unsaved(page)  # once more: a pending change is not marked
        expect_alert(page, sentence)
    expect(cell_input(page, EMAIL)).to_be_checked()
    alert_button(page, "Try again").click()
    expect_status(page, "Saved: Email for “Card declined” is on.")
    expect(page.get_by_role("alert")).to_be_hidden()
    assert values() == [True]
    page_errors.errors[:] = [each for each in page_errors.errors if "Failed to load" not in each]


def test_a_permanent_error_is_a_rejection(page: Page) -> None:
    with answer_with(page, errors("LIMIT_EXCEEDED")):
        cell_input(page, EMAIL).click()
        expect_alert(page, "Not saved: Off limits.")
        expect(cell_input(page, EMAIL)).not_to_be_checked()


def test_a_rate_limited_change_is_retried(page: Page, page_errors: PageErrors) -> None:
    refused: list[Route] = []

    def once(route: Route) -> None:
        if refused:
            route.fallback()
        else:
            refused.append(route)
            html(429, {"Retry-After": "1"})(route)

    with answer_with(page, once):
        cell_input(page, EMAIL).check()
        expect_status(page, "Saved: Email for “Card declined” is on.")
    assert values() == [True]
    page_errors.allow("429")


def test_unsaved_changes_can_be_discarded(page: Page, alice: Any, page_errors: PageErrors) -> None:
    update_preferences("card", alice, {"Inbox": True})  # in another place
    with answer_with(page, html(500)):
        cell_input(page, EMAIL).check()
        expect_alert(page, "A server error occurred.")
        alert_button(page, "Discard").click()
        expect_alert(page, "The change may not have been saved.")
        expect(cell_input(page, EMAIL)).not_to_be_checked()
    alert_button(page, "Try again").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(cell_input(page, "Card declined: Inbox")).to_be_checked()
    assert values() == [True]
    page_errors.allow("500")


def test_quick_clicks_are_saved_in_order(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    sent = mutations(page)
    with answer_with(page, hold):
        cell_input(page, EMAIL).click()
        cell_input(page, EMAIL).click()
        cell_input(page, "Card declined: Inbox").click()
        expect(cell_input(page, EMAIL)).not_to_be_checked()
        expect(cell_input(page, "Card declined: Inbox")).to_be_checked()
        assert [variables["preferences"][0]["notify"] for variables in sent] == [True]
        expect_status(page, "Saving")
        held[0].continue_()
        expect(source(page, EMAIL)).to_have_text("Yours")
        for position in (1, 2):
            while len(held) == position:
                page.wait_for_timeout(20)
            expect(cell_input(page, EMAIL)).not_to_be_checked()
            held[position].continue_()
        expect_status(page, "Inbox for “Card declined” is on.")
    assert [variables["preferences"][0]["notify"] for variables in sent] == [True, False, True]
    assert dict(UserPrefs.objects.values_list("backend__name", "notify")) == {
        "Email": False,
        "Inbox": True,
    }


def test_a_reset_waits_for_the_inherited_value(page: Page, alice: Any) -> None:
    update_preferences("card", alice, {"Email": True})
    page.reload()
    wait_until_ready(page)
    held: list[Route] = []
    with answer_with(page, lambda route: held.append(route)):  # noqa: PLW0108 - Playwright marks it
        reset = page.get_by_role("button", name="Reset Email for “Card declined”")
        reset.click()
        expect(cell_input(page, EMAIL)).to_have_js_property("indeterminate", value=True)
        expect(source(page, EMAIL)).to_have_text("Yours")
        Notification.objects.get().cells.filter(backend__name="Email").update(default=True)
        held[0].continue_()
        expect(source(page, EMAIL)).to_have_text("Default")
        expect(cell_input(page, EMAIL)).to_have_js_property("indeterminate", value=False)
        expect(cell_input(page, EMAIL)).to_be_checked()


def test_leaving_with_unsaved_changes_needs_confirmation(
    page: Page, page_errors: PageErrors
) -> None:
    dialogs: list[str] = []

    def leave(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    with answer_with(page, html(500)):
        cell_input(page, EMAIL).check()
        expect_alert(page, "Unsaved changes: 1.")
    page.reload()
    wait_until_ready(page)
    assert dialogs == ["beforeunload"]
    expect(cell_input(page, EMAIL)).not_to_be_checked()
    page_errors.allow("500")


def test_without_its_documents_the_page_is_a_form(
    browse: Browse, alice: Any, page_errors: PageErrors
) -> None:
    page = browse("/accounts/login/", alice)
    page.route("**/user.graphql", lambda route: route.abort())
    page.goto(OWN)
    cell_input(page, EMAIL).check()
    page.get_by_role("button", name="Save").click()
    expect_status(page, "Saved: Email for “Card declined” is on.")
    assert values() == [True]
    page.wait_for_load_state("networkidle")
    page.title()  # a round trip, so that the errors of this page have arrived
    page_errors.allow("user.graphql|offline|ERR_FAILED|page error")
