from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Browse = Callable[..., Page]


def test_a_user_signs_in(browse: Browse, alice: Any) -> None:
    page = browse("/accounts/login/?next=/graphql/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/graphql/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_sign_in_page_is_accessible(
    browse: Browse,
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    page = browse("/accounts/login/", width=width, color_scheme=scheme)
    axe(page)
    screenshot(page, f"sign-in-{width}-{scheme}")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("correct username and password")
    axe(page)
    screenshot(page, f"sign-in-refused-{width}-{scheme}")
