"""GraphQL over HTTP. `make test-clients` runs the audits of the package graphql-http, too."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import strawberry
from django.test import RequestFactory
from strawberry import Info

from schema.http.responses import GRAPHQL_RESPONSE, JSON
from schema.views import GraphQLView
from tests.schema.conftest import Graphql, stored

QUERY = json.dumps({"query": "{ viewer { username } }"})
SCHEMA = "{ __typename }"
WRITE = (
    "mutation { updatePreferences(input: {preferences: ["
    '{notification: "alarm", backend: "sms", notify: true}]}) { __typename } }'
)


@pytest.fixture
def post(graphql: Graphql, alice: Any) -> Any:
    """`post(body, accept, type)`: the response to alice, always GraphQL in JSON."""

    def post(body: Any, accept: str = "*/*", type_: str = JSON) -> Any:
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        headers = {"accept": accept}
        response = graphql.client(alice).post("/graphql/", data, type_, headers=headers)
        assert {"data", "errors"} & response.json().keys()
        return response

    return post


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON};q=0.9", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0.5, {JSON}", JSON),
        (f"{JSON}, {GRAPHQL_RESPONSE}", JSON),
        ("application/*", JSON),
        ("*/*", JSON),
        ("", JSON),
        ("text/html", JSON),
    ],
)
def test_the_client_chooses_the_type(post: Any, accept: str, type_: str) -> None:
    response = post(QUERY, accept)
    assert response.status_code == 200
    assert response["Content-Type"] == f"{type_}; charset=utf-8"
    assert "Accept" in response["Vary"].split(", ")
    assert response.json() == {"data": {"viewer": {"username": "alice"}}}


@strawberry.type
class Query:
    @strawberry.field
    def tea(self, info: Info) -> str:
        response = info.context.response
        response.status_code, response["Vary"], response["X-Tea"] = 418, "Cookie", "black"
        response.set_cookie("sugar", "2", httponly=True)
        return "short and stout"


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
def test_resolvers_can_add_to_the_response(accept: str) -> None:
    view = GraphQLView.as_view(schema=strawberry.Schema(Query))
    for _ in range(2):
        request = RequestFactory().post("/", {"query": "{ tea }"}, JSON, headers={"accept": accept})
        response: Any = view(request)
        assert (response.status_code, response["X-Tea"]) == (418, "black")
        assert response["Content-Type"] == f"{accept}; charset=utf-8"
        assert response["Vary"] == "Cookie, Accept"
        assert response.cookies.output() == "Set-Cookie: sugar=2; HttpOnly; Path=/"
        assert response.content == b'{"data":{"tea":"short and stout"}}'


def test_nothing_is_left_on_the_next_response(post: Any) -> None:
    for accept in (JSON, GRAPHQL_RESPONSE, JSON):
        assert post("{", accept)["Content-Type"] == f"{accept}; charset=utf-8"
        response = post(QUERY, accept)
        assert (response.status_code, response["Content-Type"]) == (200, f"{accept}; charset=utf-8")


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ nonsense }"},
        {"query": "query ($id: ID!) { node(id: $id) { id } }"},
        {"query": "{ notification(name: 5) { id } }"},
    ],
)
def test_a_request_without_execution_is_a_400_of_the_new_type(post: Any, body: Any) -> None:
    refused, accepted = post(body, GRAPHQL_RESPONSE), post(body, JSON)
    assert (refused.status_code, accepted.status_code) == (400, 200)
    assert "data" not in refused.json()
    assert accepted.json() == {"data": None, **refused.json()}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
def test_an_executed_operation_is_a_200_despite_errors(post: Any, accept: str) -> None:
    response = post({"query": '{ preferences(user: "nobody") { id } }'}, accept)
    assert response.status_code == 200
    assert response.json()["data"] is None


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
@pytest.mark.parametrize(
    "body",
    [
        "{",
        "null",
        "1",
        '"x"',
        "[]",
        f"[{QUERY}]",
        "{}",
        "{'query': 1}",
        f'{{"query": "{SCHEMA}", "variables": {{"a": NaN}}}}',
        f'{{"query": "{SCHEMA}", "variables": {{"a": {"1" * 5000}}}}}',
        "[" * 100_000,
        b'{"query": "\xff"}',
        QUERY.encode("utf-16"),
        QUERY.encode("utf-8-sig"),
        f"{QUERY} {{}}",
        {"query": None},
        {"query": ""},
        {"query": 0},
        {"query": ["{ __typename }"]},
        {"query": SCHEMA, "variables": []},
        {"query": SCHEMA, "variables": "{}"},
        {"query": SCHEMA, "variables": False},
        {"query": SCHEMA, "operationName": 0},
        {"query": SCHEMA, "operationName": {}},
        {"query": SCHEMA, "extensions": "x"},
    ],
)
def test_an_invalid_body_is_a_400(post: Any, body: Any, accept: str) -> None:
    response = post(body, accept)
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["message"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


TWO = "query A { __typename } query B { __typename }"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"query": TWO, "operationName": "C"}, "The document has no operation named 'C'."),
        ({"query": SCHEMA, "operationName": "C"}, "The document has no operation named 'C'."),
        ({"query": SCHEMA, "operationName": "\ud800"}, "no operation named '\\ud800'."),
        ({"query": SCHEMA, "operationName": "x" * 9999}, "no operation named 'xxx"),
        ({"query": f"{TWO} query A {{ a }}", "operationName": "C"}, "no operation named 'C'."),
        ({"query": "fragment F on Query { a }"}, "The document has no operation."),
        ({"query": TWO}, "The document has several operations"),
        ({"query": TWO, "operationName": None}, "The document has several operations"),
        ({"query": TWO, "operationName": ""}, "The document has several operations"),
    ],
)
def test_an_operation_that_cannot_be_determined(post: Any, body: Any, message: str) -> None:
    for accept, status in ((JSON, 200), (GRAPHQL_RESPONSE, 400)):
        response = post(body, accept)
        assert (response.status_code, response.json().get("data")) == (status, None)
        [error] = response.json()["errors"]
        assert message in error["message"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "data" not in response.json()


@pytest.mark.parametrize("name", ["", None, "A"])
def test_an_empty_name_counts_as_none(post: Any, name: str | None) -> None:
    body = {"query": "query A { __typename }", "operationName": name}
    assert post(body, GRAPHQL_RESPONSE).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff", "it is not UTF-8"),
        (QUERY.encode("utf-16"), "it is not UTF-8"),
        ('{"query"', "at character 8"),
        ("[" * 100_000, "it is nested too deeply"),
        (f'{{"query": "{SCHEMA}", "variables": {{"a": {"1" * 5000}}}}}', "too long or not finite"),
        (f'{{"query": "{SCHEMA}", "variables": {{"a": NaN}}}}', "too long or not finite"),
    ],
)
def test_the_error_names_the_mistake_in_the_json(post: Any, body: Any, reason: str) -> None:
    [error] = post(body).json()["errors"]
    assert reason in error["message"]


def test_optional_parameters_may_be_null(post: Any) -> None:
    empty = {"variables": None, "operationName": None, "extensions": None}
    assert post({"query": SCHEMA, **empty}, GRAPHQL_RESPONSE).json() == {
        "data": {"__typename": "Query"}
    }


@pytest.mark.parametrize(
    "type_",
    [
        "",
        "text/plain",
        "application/jsonp",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        f"{JSON}; charset=latin-1",
    ],
)
def test_a_body_of_another_type_is_a_415(post: Any, type_: str) -> None:
    response = post(QUERY, type_=type_)
    assert response.status_code == 415
    assert response["Accept"] == JSON


@pytest.mark.parametrize("type_", [f"{JSON}; charset=utf-8", f"{JSON};charset=UTF-8", JSON.upper()])
def test_json_must_be_in_utf_8(post: Any, type_: str) -> None:
    query = '{ notification(name: "Käse 🧀") { id } }'
    body = json.dumps({"query": query}, ensure_ascii=False).encode()
    assert post(body, type_=type_).json() == {"data": {"notification": None}}


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_another_method_is_a_405(graphql: Graphql, method: str) -> None:
    response = getattr(graphql.client(), method)("/graphql/", QUERY, JSON)
    assert (response.status_code, response["Allow"]) == (405, "GET, POST")
    assert response.json()["errors"]


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "{ viewer { id } }",
        "{ __typename viewer { id } }",
        "{ __typename ... { viewer { id } } }",
        "{ ...F } fragment F on Query { viewer { id } }",
        "{ __typename } query B { viewer { id } }",
        "{ __typename: viewer { id } }",
        "mutation { __typename }",
        WRITE,
    ],
)
def test_get_does_not_execute_queries_of_data(
    graphql: Graphql, alice: Any, query: str, accept: str
) -> None:
    headers = {"accept": accept}
    response = graphql.client(alice).get("/graphql/", {"query": query}, headers=headers)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "data" not in response.json()
    assert stored(alice) == {}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
def test_get_executes_queries_of_the_schema(graphql: Graphql, accept: str) -> None:
    query = "query Type($name: String!) { __type(name: $name) { name } }"
    parameters = {"query": query, "variables": '{"name": "Node"}', "operationName": "Type"}
    response = graphql.client().get("/graphql/", parameters, headers={"accept": accept})
    assert response.status_code == 200
    assert response.json() == {"data": {"__type": {"name": "Node"}}}


@pytest.mark.parametrize("parameters", [{"query": "{"}, {"query": SCHEMA, "variables": "{"}])
def test_an_invalid_document_by_get_is_a_400(graphql: Graphql, parameters: dict[str, str]) -> None:
    response = graphql.client().get("/graphql/", parameters, headers={"accept": GRAPHQL_RESPONSE})
    assert response.status_code == 400


@pytest.mark.parametrize("text", ["plain", "ü✓ \U0001f600", "\ud800", 'a "quote" \\ \0 \u2028'])
def test_texts_are_returned_unchanged(post: Any, text: str) -> None:
    """Lone surrogates are not UTF-8, but can be escaped in JSON."""
    document = "query ($ask: Boolean!) { viewer @include(if: $ask) { username } }"
    response = post({"query": document, "variables": {"ask": text}})
    [error] = response.json()["errors"]
    assert text in error["message"] or repr(text)[1:-1] in error["message"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None, 2**63, 1.5]}, '{"a":[1,null,9223372036854775808,1.5]}'),
        ({"long": 2**70}, '{"long":1180591620717411303424}'),
        ({"half": "\ud800"}, '{"half":"\\ud800"}'),
        (
            {"when": datetime(2024, 2, 29, 1, 2, 3, 456789, UTC)},
            '{"when":"2024-02-29T01:02:03.456Z"}',
        ),
        ({1: Decimal("1.50")}, '{"1":"1.50"}'),
    ],
)
def test_json_equals_that_of_django(value: Any, text: str) -> None:
    encoded = GraphQLView().encode_json(value)
    assert (encoded if isinstance(encoded, str) else encoded.decode()) == text
