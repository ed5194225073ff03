"""Introspection is on in development, and off in production unless a setting says otherwise."""

from typing import Any

import pytest
from graphql import get_introspection_query

from schema.conf import limits
from tests.schema.conftest import Graphql

ON, OFF = {"INTROSPECTION": True}, {"INTROSPECTION": False}
TYPE = '{ __type(name: "User") { name fields { name type { name ofType { name } } } } }'


@pytest.mark.parametrize(
    ("debug", "given", "allowed"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"MAX_DEPTH": 20}, True),
        (False, {"MAX_DEPTH": 20}, False),
        (False, ON, True),
        (True, OFF, False),
    ],
)
def test_the_setting_decides_and_otherwise_debug(
    graphql: Graphql, settings: Any, debug: bool, given: Any, allowed: bool
) -> None:
    settings.DEBUG, settings.NOTIFICATION_GRAPHQL = debug, given
    answer = graphql("{ __schema { queryType { name } } }")
    assert ("errors" in answer) is not allowed
    settings.NOTIFICATION_GRAPHQL = {}
    assert ("errors" in graphql(TYPE)) is not debug


def test_off_each_field_is_reported(graphql: Graphql, settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = OFF
    errors = graphql("{ __schema { types { name } } }")["errors"]
    assert [error["message"] for error in errors] == [
        "GraphQL introspection has been disabled, but the requested query contained the field"
        f" '{name}'."
        for name in ("__schema", "types")
    ]
    errors += graphql(get_introspection_query())["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}
    assert len(errors) <= 2 + limits().max_errors + 1


@pytest.mark.parametrize(
    "query",
    [
        TYPE,
        '{ a: __type(name: "User") { name } }',
        "{ viewer: __schema { types { name } } }",
        '{ __typename ... on Query { __type(name: "User") { name } } }',
        "{ ...F } fragment F on Query { ...G } fragment G on Query { __schema { description } }",
        'query Q { __type(name: "User") { name } } query P { __typename }',
        '{ __type(name: "User") @skip(if: true) { name } }',
    ],
)
def test_off_all_introspection_is_refused(
    graphql: Graphql, settings: Any, alice: Any, query: str
) -> None:
    """Operations that are not executed and GET requests are included."""
    settings.NOTIFICATION_GRAPHQL = OFF
    variants = {"operationName": "P"} if "query P" in query else {}
    client = graphql.client(alice)
    posted = client.post("/graphql/", {"query": query, **variants}, "application/json").json()
    got = client.get("/graphql/", {"query": query, **variants}).json()
    for answer in (posted, got):
        assert not answer.get("data")
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}


@pytest.mark.parametrize("given", [ON, OFF])
def test_typename_always_works(graphql: Graphql, settings: Any, alice: Any, given: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = given
    data = graphql.data("{ __typename viewer { __typename groups { __typename } } }", user=alice)
    assert data == {
        "__typename": "Query",
        "viewer": {"__typename": "User", "groups": [{"__typename": "Group"}]},
    }
    assert graphql.client().get("/graphql/", {"query": "{ __typename }"}).json() == {
        "data": {"__typename": "Query"}
    }


def test_a_changed_setting_applies_to_cached_documents(graphql: Graphql, settings: Any) -> None:
    """Caches of documents depend on the setting."""
    for given in (ON, OFF, ON):
        settings.NOTIFICATION_GRAPHQL = given
        assert ("errors" in graphql(TYPE)) is (given is OFF)
