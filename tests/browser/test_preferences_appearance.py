"""The settings pages look right and can be used by everybody: sizes, schemes, directions, axe."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from notifications.models import Notification
from notifications.shortcuts import create_notification, update_preferences
from tests.browser.settings_page import OWN, Browse, act, alerted, answering, box, visit
from tests.browser.page_errors import Watch

Axe = Callable[[Page], None]
Screenshot = Callable[[Page, str], None]


@pytest.fixture(autouse=True)
def preferences(forge: None, alice: Any, reviewers: Group) -> None:
    update_preferences("failed_pipeline", alice, {"email": True, "sms": False})
    update_preferences("failed_pipeline", reviewers, {"webhook": True, "inbox": False})
    Notification.objects.filter(name="approver").update(description="Approve or refuse.")


def fits(page: Page) -> None:
    """Nothing is to be scrolled sideways."""
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
    page = visit(browse, viewer, path, width=width, color_scheme=scheme)
    fits(page)
    axe(page)
    screenshot(page, f"preferences-{kind}-{width}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_on_the_page(
    browse: Browse, axe: Axe, screenshot: Screenshot, watch: Watch, alice: Any, scheme: str
) -> None:
    page = visit(browse, alice, color_scheme=scheme, reduced_motion="reduce")
    page.get_by_label("Actions for “E-mail”").click()
    axe(page)
    screenshot(page, f"preferences-menu-{scheme}")
    page.keyboard.press("Escape")
    act(page, "All notifications", "Reset to inherited")
    axe(page)
    screenshot(page, f"preferences-dialog-{scheme}")
    page.keyboard.press("Escape")
    with answering(page, lambda route: route.abort()):
        box(page, "Issue opened: E-mail").click()
        alerted(page, "The connection is lost.")
        axe(page)
        screenshot(page, f"preferences-trouble-{scheme}")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_contain_text("is on.")
    axe(page)
    watch.forgive("ERR_FAILED")


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
    page = visit(browse, alice, width=width, locale="he")
    assert page.locator("html").get_attribute("dir") == "rtl"
    title, first = page.get_by_text("New comment"), box(page, "New comment: E-mail")
    if width == 1280:
        assert first.bounding_box()["x"] < title.bounding_box()["x"]  # type: ignore[index]
    fits(page)
    axe(page)
    screenshot(page, f"preferences-rtl-{width}")


def test_german(browse: Browse, axe: Axe, screenshot: Screenshot, alice: Any) -> None:
    page = visit(browse, alice, locale="de", width=360)
    fits(page)
    axe(page)
    box(page, "Issue opened: E-mail").check()
    expect(page.get_by_role("status")).to_have_text(
        "Gespeichert: E-mail für „Issue opened“ ist an."
    )
    screenshot(page, "preferences-german")


@pytest.mark.parametrize("width", [640, 320])  # 1280 at 200 and at 400 percent
def test_zoomed_in(browse: Browse, alice: Any, width: int) -> None:
    create_notification("long", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenpflicht")
    fits(visit(browse, alice, width=width))


@pytest.mark.parametrize("width", [1280, 360])
def test_the_columns_and_the_category_stay_in_view(browse: Browse, alice: Any, width: int) -> None:
    page = visit(browse, alice, width=width)
    page.get_by_text("Reviewer changed").scroll_into_view_if_needed()
    page.mouse.wheel(0, 150)
    expect(page.get_by_text("Merge request opened")).not_to_be_in_viewport()
    expect(page.get_by_role("columnheader", name="E-mail")).to_be_in_viewport()
    expect(page.get_by_role("rowheader", name="Merge requests")).to_be_in_viewport()


@pytest.mark.parametrize("scope", ["E-mail", "Webhook", "New comment"])
def test_a_menu_fits_on_a_small_screen(browse: Browse, alice: Any, scope: str) -> None:
    page = visit(browse, alice, width=360)
    page.get_by_label(f"Actions for “{scope}”").click()
    expect(page.locator("details[open] .np-items")).to_be_in_viewport(ratio=1)


def test_the_focus_is_seen(browse: Browse, alice: Any) -> None:
    page = visit(browse, alice)
    page.get_by_label("Actions for “New comment”").focus()
    page.keyboard.press("Tab")
    outline = box(page, "New comment: E-mail").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize(("motion", "name"), [("no-preference", "np-appear"), ("reduce", "none")])
def test_motion_only_for_those_who_want_it(
    browse: Browse, alice: Any, motion: str, name: str
) -> None:
    page = visit(browse, alice, reduced_motion=motion)
    page.get_by_label("Actions for “New comment”").click()
    items = page.locator("details[open] .np-items")
    assert items.evaluate("e => getComputedStyle(e).animationName") == name
