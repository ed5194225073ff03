"""Chromium against a live server.

A test fails if a page has an error in the console, violates the policy or calls another host.
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
from notifications.models import Backend, Notification
from notifications.shortcuts import create_notification
from project import demo
from tests.browser.page_errors import PageErrors

# Playwright runs an event loop in the thread of the tests, in which no code of Django runs.
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
    "--no-sandbox",  # as root, Chromium does not start with one
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
    """Server of the project at `live.url`, with its policy and static files."""
    return live_server


@pytest.fixture
def page_errors(live: LiveServer) -> Iterator[PageErrors]:
    """Errors in pages, which fail the test unless `page_errors.allow` removes them."""
    page_errors = PageErrors(live.url)
    yield page_errors
    assert not page_errors.errors, "\n".join(page_errors.errors)


@pytest.fixture
def browse(
    chromium: Browser, live: LiveServer, page_errors: PageErrors
) -> Iterator[Callable[..., Page]]:
    """Return `browse("/path/", user, width=1280, **options)`, which opens a page in a new context.

    Without a user, the page is anonymous. Options are those of Playwright's `new_context`, such as
    `java_script_enabled`, `color_scheme` and `reduced_motion`. `page.context.new_page()` opens
    another tab of the same user. Paths are relative to the server.
    """
    contexts: list[BrowserContext] = []

    def browse(path: str, user: Any = None, *, width: int = 1280, **options: Any) -> Page:
        viewport = {"width": width, "height": 800}
        context = chromium.new_context(
            **{"base_url": live.url, "locale": "en", "viewport": viewport, **options}
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page_errors.follow(context)
        if user is not None:
            context.add_cookies([session_cookie(user, live.url)])
        page = context.new_page()
        page.goto(path)
        return page

    yield browse
    for context in contexts:
        for page in context.pages:
            page.title()  # a round trip, so that earlier errors have arrived
        context.close()


def session_cookie(user: Any, url: str) -> Any:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def forge(live: LiveServer) -> None:
    """Catalogue of the demo."""
    sync(read_file(Path(demo.__file__).with_name("forge.toml")))


@pytest.fixture
def card(live: LiveServer) -> Notification:
    for name in ("Email", "Inbox"):
        Backend.objects.create(name=name)
    return create_notification("card", "Card declined")


@pytest.fixture
def card_and_news(live: LiveServer) -> None:
    for name in ("Email", "Inbox", "SMS"):
        Backend.objects.create(name=name)
    create_notification("card", "Card declined")
    create_notification("news", "News", backends=["Email", "Inbox"])
    Notification.objects.get(name="card").cells.filter(backend__name="Inbox").update(default=True)
    Notification.objects.get(name="card").cells.filter(backend__name="SMS").update(required=True)


@pytest.fixture
def axe() -> Callable[..., None]:
    """Return `axe(page)`, which asserts that axe-core finds no violations in the page.

    `exclude=["selector", …]` leaves out elements of other software.
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
    """Return `screenshot(page, name)`, which writes the whole page to screenshots/name.png."""

    def screenshot(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, animations="disabled")

    return screenshot
