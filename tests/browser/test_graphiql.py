import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema
from playwright.sync_api import Page, expect

import schema
from notifications.models import UserPrefs
from project import views
from project.graphiql import bundle
from tests.browser.page_errors import PageErrors

Browse = Callable[..., Page]

SCHEMA = build_schema(Path(schema.__file__).with_name("schema.graphql").read_text())


@pytest.fixture(autouse=True)
def catalogue(forge: None) -> None:
    """Catalogue that the examples use."""


def description(type_name: str, field: str) -> str:
    definition: Any = SCHEMA.type_map[type_name]
    return str(definition.fields[field].description)


def open_menu(page: Page) -> None:
    button = page.get_by_role("button", name="Execute query")
    expect(button).to_have_attribute("aria-haspopup", "menu")  # once the schema is loaded
    button.click()


def run(page: Page, operation: str) -> Any:
    """Choose an operation from the menu, and return the data of its answer."""
    open_menu(page)
    with page.expect_response("**/graphql/") as response:
        page.get_by_role("menuitem", name=operation).click()
    return response.value.json()["data"]


def test_the_schema_is_documented(
    browse: Browse, alice: Any, screenshot: Callable[[Page, str], None]
) -> None:
    page = browse("/graphql/", alice)
    page.get_by_role("button", name="Show Documentation Explorer").click()
    page.get_by_role("link", name="Query", exact=True).click()
    expect(page.get_by_text(description("Query", "preferences")).first).to_be_visible()
    page.get_by_role("link", name="PreferenceMatrix", exact=True).click()
    expect(page.get_by_text(description("PreferenceMatrix", "notifications"))).to_be_visible()
    screenshot(page, "graphiql-docs")


def test_dompurify_is_current() -> None:
    """Monaco bundles an old version."""
    sources = [path.read_text() for path in bundle.TARGET.rglob("*.js")]
    with_it = "".join(source for source in sources if "DOMPurify" in source)
    package = json.loads((bundle.SOURCE / "package.json").read_text())
    versions = set(re.findall(r"\bversion\s*=\s*[`'\"](\d+\.\d+\.\d+)[`'\"]", with_it))
    assert versions == {package["dependencies"]["dompurify"]}


def test_graphiql_appears_once_it_is_built(
    browse: Browse, alice: Any, monkeypatch: pytest.MonkeyPatch, axe: Callable[..., None]
) -> None:
    with monkeypatch.context() as building:
        building.setattr(views, "BUNDLE", "project/graphiql/absent.js")
        building.setattr(bundle, "state", lambda: bundle.State(running=True))
        page = browse("/graphql/", alice)
        expect(page.get_by_role("heading", name="GraphiQL is being built")).to_be_visible()
        axe(page)
    expect(page.get_by_role("link", name="Signed in as alice")).to_be_visible()


def test_the_first_example_runs(
    browse: Browse, alice: Any, screenshot: Callable[[Page, str], None]
) -> None:
    page = browse("/graphql/", alice)
    data = run(page, "Matrix")
    assert data["viewer"] == {"username": "alice"}
    assert len(data["preferences"]["notifications"]) > 10
    expect(page.get_by_label("Result Window")).to_contain_text('"username": "alice"')
    screenshot(page, "graphiql")


def test_examples_update_and_clear(browse: Browse, alice: Any) -> None:
    page = browse("/graphql/", alice)
    assert run(page, "Update")["updatePreferences"]["results"] == [
        {"outcome": "CREATED", "cell": {"effective": True, "source": "USER"}}
    ]
    assert UserPrefs.objects.filter(user=alice, notify=True).count() == 1
    assert run(page, "Clear") == {"clearPreferences": {"cleared": 1}}
    assert not UserPrefs.objects.filter(user=alice).exists()


def test_anonymous_users_can_sign_in(browse: Browse, alice: Any) -> None:
    page = browse("/graphql/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Signed in as alice")).to_be_visible()


def test_mistakes_are_underlined_under_the_policy(browse: Browse, alice: Any) -> None:
    page = browse("/graphql/", alice)
    run(page, "Matrix")
    page.get_by_label("Operation Editor").get_by_role("code").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("{ nonsense } ")
    expect(page.locator(".squiggly-error").first).to_be_attached()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"INTROSPECTION": False}, "introspection has been disabled"),
        ({"TRUSTED_DOCUMENTS_ONLY": True}, "Only trusted documents are allowed"),
    ],
)
def test_refused_introspection_is_explained(
    browse: Browse, alice: Any, settings: Any, page_errors: PageErrors, setting: Any, message: str
) -> None:
    settings.NOTIFICATION_GRAPHQL = setting
    page = browse("/graphql/", alice)
    expect(page.get_by_label("Result Window")).to_contain_text(message)
    page_errors.allow("status of 400")


def test_operations_run_without_introspection(
    browse: Browse, alice: Any, settings: Any, page_errors: PageErrors
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"INTROSPECTION": False}
    assert run(browse("/graphql/", alice), "Matrix")["viewer"] == {"username": "alice"}
    page_errors.allow("status of 400")


def test_an_invalid_csrf_token_is_explained(
    browse: Browse, alice: Any, page_errors: PageErrors
) -> None:
    page = browse("/graphql/", alice)
    open_menu(page)
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("menuitem", name="Matrix").click()
    expect(page.get_by_label("Result Window")).to_contain_text("Reload this page")
    page_errors.allow("status of 403")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_graphiql_is_accessible(
    browse: Browse,
    alice: Any,
    axe: Callable[..., None],
    screenshot: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    page = browse("/graphql/", alice, width=width, color_scheme=scheme)
    run(page, "Matrix")
    screenshot(page, f"graphiql-{width}-{scheme}")
    axe(page, exclude=[".monaco-editor", ".graphiql-tabs"])
