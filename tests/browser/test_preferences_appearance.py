"""Layout and accessibility of the settings pages, by sizes, colour schemes and directions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from notifications.models import Notification
from notifications.shortcuts import create_notification, update_preferences
from tests.browser.page_errors import PageErrors
from tests.browser.settings_page import (
    OWN,
    Browse,
    answer_with,
    cell_input,
    choose_action,
    expect_alert,
    open_page,
)

Axe = Callable[[Page], None]
Screenshot = Callable[[Page, str], None]


@pytest.fixture(autouse=True)
def preferences(forge: None, alice: Any, reviewers: Group) -> None:
    update_preferences("failed_pipeline", alice, {"email": True, "sms": False})
    update_preferences("failed_pipeline", reviewers, {"webhook": True, "inbox": False})
    Notification.objects.filter(name="approver").update(description="Approve or refuse.")


def assert_fits(page: Page) -> None:
    """Assert that the page does not scroll horizontally."""
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth") <= page.evaluate(f"{root}.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("kind", ["own", "group", "user"])
def test_a_page(
    browse: Browse,
    axe: Axe,
    screenshot: Screenshot,
    admin: Any,
    alice: Any,
    reviewers: Group,
    kind: str,
    width: int,
    scheme: str,
) -> None:
    path, viewer = {
        "own": (OWN, alice),
        "group": (f"{OWN}groups/{reviewers.pk}/", admin),
        "user": (f"{OWN}users/{alice.pk}/", admin),
    }[kind]
    page = open_page(browse, viewer, path, width=width, color_scheme=scheme)
    assert_fits(page)
    axe(page)
    screenshot(page, f"preferences-{kind}-{width}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_menus_dialogs_and_failures(
    browse: Browse,
    axe: Axe,
    screenshot: Screenshot,
    page_errors: PageErrors,
    alice: Any,
    scheme: str,
) -> None:
    page = open_page(browse, alice, color_scheme=scheme, reduced_motion="reduce")
    page.get_by_label("Actions for “E-mail”").click()
    axe(page)
    screenshot(page, f"preferences-menu-{scheme}")
    page.keyboard.press("Escape")
    choose_action(page, "All notifications", "Reset to inherited")
    axe(page)
    screenshot(page, f"preferences-dialog-{scheme}")
    page.keyboard.press("Escape")
    with answer_with(page, lambda route: route.abort()):
        cell_input(page, "Issue opened: E-mail").click()
        expect_alert(page, "The connection is lost.")
        axe(page)
        screenshot(page, f"preferences-trouble-{scheme}")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_contain_text("is on.")
    axe(page)
    page_errors.allow("ERR_FAILED")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_form_alone(browse: Browse, screenshot: Screenshot, alice: Any, width: int) -> None:
    page = browse(OWN, alice, width=width, java_script_enabled=False)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("No change.")
    screenshot(page, f"preferences-form-{width}")


def test_a_page_without_notifications(
    browse: Browse, axe: Axe, screenshot: Screenshot, alice: Any
) -> None:
    Notification.objects.all().delete()
    page = browse(OWN, alice)
    expect(page.get_by_text("There are no notifications that can be configured.")).to_be_visible()
    axe(page)
    screenshot(page, "preferences-nothing")


@pytest.mark.parametrize("width", [1280, 360])
def test_right_to_left(
    browse: Browse, axe: Axe, screenshot: Screenshot, settings: Any, alice: Any, width: int
) -> None:
    settings.LANGUAGES = [("he", "Hebrew")]
    page = open_page(browse, alice, width=width, locale="he")
    assert page.locator("html").get_attribute("dir") == "rtl"
    title, first = page.get_by_text("New comment"), cell_input(page, "New comment: E-mail")
    if width == 1280:
        assert first.bounding_box()["x"] < title.bounding_box()["x"]  # type: ignore[index]
    assert_fits(page)
    axe(page)
    screenshot(page, f"preferences-rtl-{width}")


def test_german(browse: Browse, axe: Axe, screenshot: Screenshot, alice: Any) -> None:
    page = open_page(browse, alice, locale="de", width=360)
    assert_fits(page)
    axe(page)
    cell_input(page, "Issue opened: E-mail").check()
    expect(page.get_by_role("status")).to_have_text(
        "Gespeichert: E-mail für „Issue opened“ ist an."
    )
    screenshot(page, "preferences-german")


@pytest.mark.parametrize("width", [640, 320])  # 1280 zoomed to 200 and to 400 percent
def test_zoomed_in(browse: Browse, alice: Any, width: int) -> None:
    create_notification("long", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenpflicht")
    assert_fits(open_page(browse, alice, width=width))


@pytest.mark.parametrize("width", [1280, 360])
def test_columns_and_categories_stay_in_view(browse: Browse, alice: Any, width: int) -> None:
    page = open_page(browse, alice, width=width)
    page.get_by_text("Reviewer changed").scroll_into_view_if_needed()
    page.mouse.wheel(0, 150)
    expect(page.get_by_text("Merge request opened")).not_to_be_in_viewport()
    expect(page.get_by_role("columnheader", name="E-mail")).to_be_in_viewport()
    expect(page.get_by_role("rowheader", name="Merge requests")).to_be_in_viewport()


@pytest.mark.parametrize("scope", ["E-mail", "Webhook", "New comment"])
def test_menus_fit_on_small_screens(browse: Browse, alice: Any, scope: str) -> None:
    page = open_page(browse, alice, width=360)
    page.get_by_label(f"Actions for “{scope}”").click()
    expect(page.locator("details[open] .np-items")).to_be_in_viewport(ratio=1)


def test_focus_is_visible(browse: Browse, alice: Any) -> None:
    page = open_page(browse, alice)
    page.get_by_label("Actions for “New comment”").focus()
    page.keyboard.press("Tab")
    outline = cell_input(page, "New comment: E-mail").evaluate(
        "e => getComputedStyle(e).outlineStyle"
    )
    assert outline == "solid"


@pytest.mark.parametrize(("motion", "name"), [("no-preference", "np-appear"), ("reduce", "none")])
def test_reduced_motion_is_respected(browse: Browse, alice: Any, motion: str, name: str) -> None:
    page = open_page(browse, alice, reduced_motion=motion)
    page.get_by_label("Actions for “New comment”").click()
    items = page.locator("details[open] .np-items")
    assert items.evaluate("e => getComputedStyle(e).animationName") == name
