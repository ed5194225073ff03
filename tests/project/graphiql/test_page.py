import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from graphql import build_schema, get_introspection_query, parse, validate

from project.graphiql import bundle
from schema.root import schema

EXAMPLES = Path(__file__).parents[3] / "project" / "graphiql" / "src" / "examples.graphql"
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Presence of the bundle, independent of this checkout."""
    monkeypatch.setattr(finders, "find", lambda _path: "bundle" if request.param else None)


def get(client: Client) -> HttpResponse:
    response: Any = client.get("/graphql/", headers=HTML)
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.parametrize("built", [True], indirect=True)
def test_the_page_carries_what_its_module_needs(client: Client, alice: Any, built: None) -> None:
    client.force_login(alice)
    page = get(client).content.decode()
    assert 'data-endpoint="/graphql/"' in page
    assert 'data-username="alice"' in page
    assert 'data-sign-in="/accounts/login/?next=/graphql/"' in page
    assert re.search(r'data-csrf-token="\w{64}"', page)


@pytest.mark.parametrize("built", [True], indirect=True)
def test_anybody_may_open_the_page(client: Client, db: None, built: None) -> None:
    response = get(client)
    assert response.status_code == 200
    assert 'data-username=""' in response.content.decode()


@pytest.mark.parametrize("built", [True, False], indirect=True)
@pytest.mark.parametrize("running", [True, False])
def test_the_page_has_no_script_or_style_of_its_own(
    client: Client, db: None, built: None, monkeypatch: pytest.MonkeyPatch, *, running: bool
) -> None:
    monkeypatch.setattr(bundle, "state", lambda: bundle.State(running=running))
    page = get(client).content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


@pytest.mark.parametrize("built", [False], indirect=True)
@pytest.mark.parametrize(
    ("state", "expected", "reloads"),
    [
        (bundle.State(), "GraphiQL is not built", False),
        (bundle.State(running=True), "GraphiQL is being built", True),
        (bundle.State(failure="`npm ci` failed: <E1>"), "`npm ci` failed: &lt;E1&gt;", False),
    ],
)
def test_without_a_build_the_page_explains(
    client: Client,
    db: None,
    built: None,
    monkeypatch: pytest.MonkeyPatch,
    state: bundle.State,
    expected: str,
    *,
    reloads: bool,
) -> None:
    monkeypatch.setattr(bundle, "state", lambda: state)
    page = get(client).content.decode()
    assert expected in page
    assert ("make run" in page) is not reloads
    assert ("project/building.js" in page) is reloads


def test_browsers_get_an_explanation_without_graphiql(
    client: Client, db: None, settings: Any
) -> None:
    settings.GRAPHIQL = False
    response = get(client)
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert b"Use POST." in response.content


def test_when_turned_off_operations_go_on(client: Client, db: None, settings: Any) -> None:
    settings.GRAPHIQL = False
    response = client.post(
        "/graphql/", {"query": "{ viewer { id } }"}, content_type="application/json"
    )
    assert response.json() == {"data": {"viewer": None}}


def test_graphiql_runs_operations_without_introspection(
    client: Client, db: None, settings: Any
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"INTROSPECTION": False}
    assert get(client).status_code == 200
    for query, answer in (
        (get_introspection_query(), "introspection has been disabled"),
        ("{ viewer { id } }", "{'data': {'viewer': None}}"),
    ):
        response = client.post("/graphql/", {"query": query}, content_type="application/json")
        assert answer in str(response.json())


def test_the_examples_are_valid() -> None:
    document = parse(EXAMPLES.read_text())
    assert validate(build_schema(schema.as_str()), document) == []
    assert len(document.definitions) == 4
