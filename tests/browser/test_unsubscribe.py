"""The page of an unsubscribe link."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from notifications.models import Notification, UserPrefs
from notifications.unsubscribe import links

Browse = Callable[..., Page]


def path(user: Any, notification: str) -> str:
    about = Notification.objects.get(name=notification)
    token = links.token(user=user.pk, notification=about.pk, backend="email")
    return f"/preferences/unsubscribe/{token}/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_link_unsubscribes(
    browse: Browse,
    forge: None,
    alice: Any,
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    where = path(alice, "failed_pipeline")
    page = browse(where, width=width, color_scheme=scheme, java_script_enabled=width > 360)
    expect(page.get_by_label("E-mail for “Pipeline failed”")).to_be_checked()
    if width > 360:
        axe(page)
    screenshot(page, f"unsubscribe-{width}-{scheme}")
    assert not UserPrefs.objects.exists()
    page.get_by_label("SMS for “Pipeline failed”").check()
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("status")).to_contain_text("SMS for “Pipeline failed”")
    expect(page.get_by_label("E-mail for everything in “Pipelines”")).not_to_be_checked()
    if width > 360:
        axe(page)
    screenshot(page, f"unsubscribed-{width}-{scheme}")
    off = UserPrefs.objects.values_list("user", "backend__name", "notify")
    assert set(off) == {(alice.pk, "email", False), (alice.pk, "sms", False)}
    assert page.context.cookies() == []


def test_an_invalid_link_discloses_nothing(
    browse: Browse, forge: None, page_errors: Any, axe: Callable[[Page], None]
) -> None:
    page = browse("/preferences/unsubscribe/nonsense/")
    expect(page.get_by_role("heading", name="This link is not valid")).to_be_visible()
    axe(page)
    page.title()  # a round trip, so that earlier errors have arrived
    page_errors.allow("404")
