"""A real Chromium against a live server.

No test passes with an error in the console, a violation of the policy or a request to elsewhere.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from notifications.catalogue import read_file, sync
from project import demo
from tests.browser.page_errors import Watch

# Playwright keeps an event loop in the tests' thread, in which nothing of Django's ever runs.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # it refuses to run as root with one
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        pytest.exit("No Chromium was found: install it, or set CHROMIUM to its path.", 1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def live(live_server: LiveServer) -> LiveServer:
    """The project at `live.url`, with its policy and its static files."""
    return live_server


@pytest.fixture
def watch(live: LiveServer) -> Iterator[Watch]:
    """Fails the test for everything that went wrong in its pages, unless `watch.forgive` did."""
    watch = Watch(live.url)
    yield watch
    assert not watch.troubles, "\n".join(watch.troubles)


@pytest.fixture
def browse(chromium: Browser, live: LiveServer, watch: Watch) -> Iterator[Callable[..., Page]]:
    """`browse("/path/", user, width=1280, **options)`: a page in a browser of its own.

    Without a user nobody is signed in. Options are those of Playwright's `new_context`, such as
    `java_script_enabled`, `color_scheme` and `reduced_motion`. `page.context.new_page()` opens
    another tab of the same person, and `page.goto("/path/")` knows the server.
    """
    contexts: list[BrowserContext] = []

    def browse(path: str, user: Any = None, *, width: int = 1280, **options: Any) -> Page:
        viewport = {"width": width, "height": 800}
        context = chromium.new_context(
            **{"base_url": live.url, "locale": "en", "viewport": viewport, **options}
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        watch.follow(context)
        if user is not None:
            context.add_cookies([session_cookie(user, live.url)])
        page = context.new_page()
        page.goto(path)
        return page

    yield browse
    for context in contexts:
        for page in context.pages:
            page.title()  # a round trip, so that nothing said before it is missed
        context.close()


def session_cookie(user: Any, url: str) -> Any:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def forge(live: LiveServer) -> None:
    """The demo's catalogue."""
    sync(read_file(Path(demo.__file__).with_name("forge.toml")))


@pytest.fixture
def axe() -> Callable[..., None]:
    """`axe(page)` asserts that axe-core finds nothing wrong with the page as it is now.

    `exclude=["selector", …]` passes over what somebody else has made.
    """
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text()

    def axe(page: Page, *, exclude: Sequence[str] = ()) -> None:
        page.evaluate(script)
        run = "exclude => axe.run({include: ['html'], exclude}, {resultTypes: ['violations']})"
        found = page.evaluate(run, list(exclude))["violations"]
        assert not found, "\n".join(
            f"{each['id']}: {each['help']}: {node['html']}\n  {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        )

    return axe


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """`screenshot(page, name)` writes screenshots/name.png, of the whole height of the page."""

    def screenshot(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, animations="disabled")

    return screenshot
