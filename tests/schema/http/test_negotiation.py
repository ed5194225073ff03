"""The media type of a response, from the Accept header of the request."""

from typing import Any

import pytest
from django.test import RequestFactory

from schema.http.responses import GRAPHQL_RESPONSE, JSON, preferred_type
from tests.schema.conftest import Graphql


def chosen(accept: str) -> str:
    return preferred_type(RequestFactory().get("/", headers={"accept": accept}))


@pytest.mark.parametrize(
    "accept",
    [
        GRAPHQL_RESPONSE,
        f"{GRAPHQL_RESPONSE}; charset=utf-8",
        f"{GRAPHQL_RESPONSE};charset=utf-8",
        f"{GRAPHQL_RESPONSE} ; charset = UTF-8",
        f'{GRAPHQL_RESPONSE}; charset="utf-8"',
        f"{GRAPHQL_RESPONSE}; CHARSET=utf8",
        GRAPHQL_RESPONSE.upper(),
        "Application/GraphQL-Response+JSON; Charset=UTF-8",
        f"{GRAPHQL_RESPONSE}; charset=utf-8, {JSON}; charset=utf-8",
        f"{GRAPHQL_RESPONSE}; charset=utf-8, {JSON};q=0.9, */*;q=0.8",
        f"{JSON};q=0.5, {GRAPHQL_RESPONSE};q=0.9",
        f"{JSON};q=0.001, {GRAPHQL_RESPONSE};q=0.002",
        f"{JSON};q=0, {GRAPHQL_RESPONSE}",
        f"{JSON};q=0, */*",
        f"{JSON};q=0.0, application/*",
        f"*/*, {JSON};q=0.5",
        f"application/*;q=0.9, {JSON};q=0.8",
        f"*/*;q=0.1, {GRAPHQL_RESPONSE};q=0.2, {JSON};q=0.1",
        f"{JSON}; charset=latin-1, {GRAPHQL_RESPONSE}; charset=utf-8;q=0.1",
        f"{GRAPHQL_RESPONSE}; charset=utf-8; q=1, {JSON};q=0.99",
        f"{GRAPHQL_RESPONSE};profile=x",
        f'text/html;a="x, {JSON}", {GRAPHQL_RESPONSE}',
        f"text/html, {GRAPHQL_RESPONSE}",
        f", ,{GRAPHQL_RESPONSE},",
        f"text/event-stream, {GRAPHQL_RESPONSE}",
    ],
)
def test_headers_that_prefer_the_graphql_type(accept: str) -> None:
    assert chosen(accept) == GRAPHQL_RESPONSE


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        "*/*;q=0.1",
        JSON,
        f"{JSON}; charset=utf-8",
        f"{JSON}, {GRAPHQL_RESPONSE}",
        f"{JSON}; charset=utf-8, {GRAPHQL_RESPONSE}; charset=utf-8",
        f"{GRAPHQL_RESPONSE};q=0.9, {JSON}",
        f"{GRAPHQL_RESPONSE};q=0, {JSON};q=0.1",
        f"{GRAPHQL_RESPONSE};q=0, */*",
        f"{GRAPHQL_RESPONSE}; charset=utf-8;q=0, {GRAPHQL_RESPONSE}, {JSON}",
        f"{GRAPHQL_RESPONSE}; charset=latin-1, {JSON}",
        f"{GRAPHQL_RESPONSE};q=0.5, */*",
        # neither is acceptable: the default
        "text/html",
        "image/*",
        f"{JSON};q=0, {GRAPHQL_RESPONSE};q=0",
        "*/*;q=0",
        f"{GRAPHQL_RESPONSE}; charset=utf-16",
        # not a header of this kind
        "application",
        "nonsense, ,;;;q=,",
        '"',
        ";" * 5000,
        "\0",
        f"{JSON};q=nan, {GRAPHQL_RESPONSE};q=0.9",
        f"{JSON};q=9, {GRAPHQL_RESPONSE};q=0.9",
        f"{JSON};q={'9' * 5000}, {GRAPHQL_RESPONSE};q=0.9",
        f"{JSON};charset*=bogus''x, {GRAPHQL_RESPONSE};q=0.9",
    ],
)
def test_headers_that_prefer_json(accept: str) -> None:
    assert chosen(accept) == JSON


def test_the_status_depends_on_the_type(graphql: Graphql, alice: Any) -> None:
    for accept, status in (
        (f"{GRAPHQL_RESPONSE}; charset=utf-8", 400),
        (f"{JSON}; charset=utf-8", 200),
    ):
        response = graphql.client(alice).post(
            "/graphql/", {"query": "{"}, JSON, headers={"accept": accept}
        )
        assert response.status_code == status
        assert response["Content-Type"] == accept
