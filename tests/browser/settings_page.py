"""The settings page as a person meets it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, Request, Route, expect

Browse = Callable[..., Page]
Mutations = list[dict[str, Any]]

GRAPHQL = re.compile(r"/graphql/$")
OWN = "/preferences/"


def visit(browse: Browse, user: Any, path: str = OWN, **options: Any) -> Page:
    """Open the page and wait until its module is at work."""
    page = browse(path, user, **options)
    alive(page)
    return page


def alive(page: Page) -> None:
    page.locator("html[data-preferences=live]").wait_for(state="attached")


def box(page: Page, name: str) -> Locator:
    """The box, or the select, that is called so: "notification: backend"."""
    return page.get_by_label(name, exact=True)


def source(page: Page, name: str) -> Locator:
    """Where the value of a cell comes from: the description that assistive technology finds."""
    described_by = box(page, name).get_attribute("aria-describedby")
    return page.locator(f'[id="{described_by}"]')


def act(page: Page, scope: str, action: str) -> None:
    """Choose an action from the menu of a row or a column, or from `All notifications`."""
    name = scope if scope == "All notifications" else f"Actions for “{scope}”"
    menu = page.locator("details.np-menu", has=page.get_by_label(name, exact=True))
    if scope == "All notifications":
        menu = page.locator(".np-all details")
    menu.locator("summary").click()
    menu.get_by_role("button", name=action).click()


def said(page: Page, text: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(text)


def alerted(page: Page, text: str) -> None:
    expect(page.get_by_role("alert")).to_contain_text(text)


def mutations(page: Page) -> Mutations:
    """A list that fills with the variables of the mutations that the page sends."""
    sent: Mutations = []

    def note(request: Request) -> None:
        if GRAPHQL.search(request.url):
            body: Any = request.post_data_json
            if body["operationName"] != "Read":
                sent.append(body["variables"])

    page.on("request", note)
    return sent


@contextmanager
def answering(page: Page, answer: Callable[[Route], None]) -> Iterator[None]:
    """Answer the page's GraphQL requests so, instead of the server."""
    page.route(GRAPHQL, answer)
    yield
    page.unroute(GRAPHQL, answer)
