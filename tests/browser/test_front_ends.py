"""The request of docs/guides/front-ends.md, sent by a page."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.docs.examples import examples
from tests.docs.pages import DOCS

GUIDE = DOCS / "guides/front-ends.md"
[REQUEST] = [each.code for each in examples(GUIDE) if each.code.startswith("async function")]
SEND = f"async ([query, variables]) => {{ {REQUEST} return await request(query, variables); }}"
BY_NAME = "query ($name: String!) { notification(name: $name) { name } }"


@pytest.fixture
def page(browse: Callable[..., Page], alice: Any) -> Page:
    return browse("/preferences/", alice)


def test_a_page_sends_a_query(page: Page) -> None:
    data = page.evaluate(SEND, ["{ viewer { username } }", None])
    assert data == {"viewer": {"username": "alice"}}


def test_a_page_sends_variables(page: Page) -> None:
    assert page.evaluate(SEND, [BY_NAME, {"name": "cats"}]) == {"notification": None}


def test_an_error_is_thrown(page: Page) -> None:
    with pytest.raises(Error, match="Cannot query field 'cats'"):
        page.evaluate(SEND, ["{ cats }", None])
