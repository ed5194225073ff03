"""Actions and expectations on the settings page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, Request, Route, expect

from notifications.models import UserPrefs

Browse = Callable[..., Page]
Mutations = list[dict[str, Any]]

GRAPHQL = re.compile(r"/graphql/$")
OWN = "/preferences/"
EMAIL = "Card declined: Email"


def open_page(browse: Browse, user: Any, path: str = OWN, **options: Any) -> Page:
    """Open the page, and wait until its JavaScript module has started."""
    page = browse(path, user, **options)
    wait_until_ready(page)
    return page


def wait_until_ready(page: Page) -> None:
    page.locator("html[data-preferences=live]").wait_for(state="attached")


def cell_input(page: Page, name: str) -> Locator:
    """Return the input with this accessible name: "notification: backend"."""
    return page.get_by_label(name, exact=True)


def source(page: Page, name: str) -> Locator:
    """Return the source of a cell's value, which is the accessible description of its input."""
    described_by = cell_input(page, name).get_attribute("aria-describedby")
    return page.locator(f'[id="{described_by}"]')


def choose_action(page: Page, scope: str, action: str) -> None:
    """Choose an action from the menu of a row, of a column or of `All notifications`."""
    name = scope if scope == "All notifications" else f"Actions for “{scope}”"
    menu = page.locator("details.np-menu", has=page.get_by_label(name, exact=True))
    if scope == "All notifications":
        menu = page.locator(".np-all details")
    menu.locator("summary").click()
    menu.get_by_role("button", name=action).click()


def expect_status(page: Page, text: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(text)


def expect_alert(page: Page, text: str) -> None:
    expect(page.get_by_role("alert")).to_contain_text(text)


def mutations(page: Page) -> Mutations:
    """Return a list to which the variables of each mutation are appended when it is sent."""
    sent: Mutations = []

    def note(request: Request) -> None:
        if GRAPHQL.search(request.url):
            body: Any = request.post_data_json
            if body["operationName"] != "Read":
                sent.append(body["variables"])

    page.on("request", note)
    return sent


@contextmanager
def answer_with(page: Page, answer: Callable[[Route], None]) -> Iterator[None]:
    """Answer GraphQL requests of the page instead of the server."""
    page.route(GRAPHQL, answer)
    yield
    page.unroute(GRAPHQL, answer)


def stored(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.filter(user=user)
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


def values() -> list[bool]:
    return list(UserPrefs.objects.values_list("notify", flat=True))


def alert_button(page: Page, name: str) -> Any:
    return page.get_by_role("alert").get_by_role("button", name=name)
