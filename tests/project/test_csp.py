from typing import Any

import pytest
from django.test import Client

from project import csp

STRICT = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)


def directives(client: Client, path: str) -> set[str]:
    header = client.get(path, headers={"accept": "text/html"})["Content-Security-Policy"]
    return {directive.strip() for directive in header.split(";")}


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/", "/nowhere/"])
def test_every_page_has_the_strict_policy(client: Client, db: None, path: str) -> None:
    assert directives(client, path) == set(STRICT)


def test_answers_of_the_api_have_it_too(client: Client, db: None) -> None:
    response = client.post("/graphql/", {"query": "{ __typename }"}, "application/json")
    assert sorted(response["Content-Security-Policy"].split("; ")) == sorted(STRICT)


def broken_view(*_args: Any, **_options: Any) -> None:
    raise RuntimeError("A view that is broken.")


def test_what_django_shows_to_developers_has_none(client: Client, db: None, settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = f"{__name__}.broken_view"
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    for debug in (True, False):
        settings.DEBUG = debug
        broken = client.post("/accounts/login/", headers={"accept": "text/html"})
        answers = [client.get("/nowhere/"), broken, client.get("/accounts/login/")]
        assert [answer.status_code for answer in answers] == [404, 500, 200]
        policies = ["Content-Security-Policy" in answer for answer in answers]
        assert policies == [not debug, not debug, True]


def test_only_graphiql_may_write_styles_into_its_page(client: Client, db: None) -> None:
    assert directives(client, "/graphql/") ^ set(STRICT) == {
        "style-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "worker-src 'self'",
    }


def test_no_policy_allows_scripts_in_a_page() -> None:
    for policy in (csp.POLICY, csp.GRAPHIQL):
        assert policy["script-src"] == ["'self'"]
