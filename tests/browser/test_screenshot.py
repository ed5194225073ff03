"""Screenshot for README.md: the settings page of the demo.

`make test-browser ARGS=tests/browser/test_screenshot.py` writes it into screenshots/; copy it to
docs/ when the page has changed.
"""

from collections.abc import Callable

from django.contrib.auth import get_user_model
from playwright.sync_api import Page

from tests.browser.conftest import SCREENSHOTS
from tests.browser.settings_page import open_page

SIZE = {"width": 900, "height": 620}


def test_the_settings_page_of_the_demo(demo: None, browse: Callable[..., Page]) -> None:
    users = get_user_model()._default_manager
    alice = users.get(**{users.model.USERNAME_FIELD: "alice"})
    page = open_page(browse, alice, viewport=SIZE, color_scheme="light", reduced_motion="reduce")
    page.screenshot(path=SCREENSHOTS / "screenshot.png", animations="disabled")
