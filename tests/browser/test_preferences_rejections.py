"""Rejections on the settings page: a box is reverted, with a message."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from notifications.models import Notification
from notifications.shortcuts import create_notification
from tests.browser.page_errors import PageErrors
from tests.browser.settings_page import (
    EMAIL,
    OWN,
    Browse,
    alert_button,
    cell_input,
    choose_action,
    expect_alert,
    open_page,
    source,
    values,
    wait_until_ready,
)

pytestmark = pytest.mark.usefixtures("card")


@pytest.fixture
def page(browse: Browse, alice: Any) -> Page:
    return open_page(browse, alice)


def test_a_rejected_change_is_reverted_and_explained(page: Page, card: Notification) -> None:
    create_notification("news", "News")
    page.reload()
    wait_until_ready(page)
    card.permissions.add(Permission.objects.all()[0])
    cell_input(page, EMAIL).click()
    expect_alert(page, "Not saved: “Card declined” cannot be changed: a permission is missing.")
    expect(cell_input(page, EMAIL)).not_to_be_checked()
    expect_alert(page, "The available notifications have changed. Reload the page")
    expect(cell_input(page, EMAIL)).to_be_disabled()
    cell_input(page, "News: Email").check()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert values() == [True]


def test_a_rejected_row_is_reverted(page: Page, card: Notification) -> None:
    card.cells.filter(backend__name="Email").update(required=True)
    choose_action(page, "Card declined", "All on")
    expect_alert(page, "Email for “Card declined” is required and cannot be turned off.")
    expect(cell_input(page, "Card declined: Inbox")).not_to_be_checked()
    expect(cell_input(page, EMAIL)).to_be_checked()
    expect(cell_input(page, EMAIL)).to_be_disabled()
    expect(source(page, EMAIL)).to_have_text("Required")
    alert_button(page, "Close").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert values() == []


def test_a_lost_permission_is_reported(browse: Browse, admin: Any, alice: Any) -> None:
    page = open_page(browse, admin, f"{OWN}users/{alice.pk}/")
    admin.is_superuser = False
    admin.save()
    cell_input(page, EMAIL).click()
    expect_alert(page, "Not saved: You do not have permission to change this.")
    expect(cell_input(page, EMAIL)).not_to_be_checked()


def test_a_deleted_user_is_reported(browse: Browse, admin: Any, people: Any) -> None:
    dora = people("dora")
    page = open_page(browse, admin, f"{OWN}users/{dora.pk}/")
    dora.delete()
    cell_input(page, EMAIL).click()
    expect_alert(page, "This no longer exists.")


def test_a_page_does_not_write_for_another_user(
    page: Page, charlie: Any, page_errors: PageErrors
) -> None:
    other = page.context.new_page()
    page.context.clear_cookies()
    other.goto("/accounts/login/")
    other.get_by_label("Username").fill("charlie")
    other.get_by_label("Password").fill("password")
    other.get_by_role("button", name="Sign in").click()
    wait_until_ready(other)
    cell_input(page, EMAIL).click()
    expect_alert(page, "You do not have permission to change this.")
    assert values() == []
    page_errors.allow("403")  # the CSRF token, which is then replaced
