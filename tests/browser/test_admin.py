"""Scripts and widgets of Django's admin, under the policy of the project."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from notifications.models import UserPrefs

Browse = Callable[..., Page]


def test_an_administrator_adds_a_preference(
    browse: Browse, admin: Any, alice: Any, forge: None, screenshot: Callable[[Page, str], None]
) -> None:
    page = browse("/admin/", admin)
    page.goto("/admin/notifications/userprefs/add/")
    for field, label in {
        "user": "alice",
        "notification": "New comment",
        "backend": "In-app",
    }.items():
        page.locator(f"#id_{field} + .select2").click()
        page.locator(".select2-search__field").fill(label)
        page.get_by_role("option", name=label, exact=True).click()
    screenshot(page, "admin-user-preference")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("list").filter(has_text="was added successfully")).to_be_visible()
    assert UserPrefs.objects.get().user == alice
    page.goto("/admin/notifications/notification/")
    page.get_by_role("link", name="new_note").click()
    expect(page.get_by_role("heading", name="Change notification")).to_be_visible()
    screenshot(page, "admin-notification")
