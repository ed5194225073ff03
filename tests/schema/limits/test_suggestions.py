"""Suggestions of names in errors, `Did you mean …?`, which depend on introspection."""

from enum import Enum
from typing import Any

import pytest
import strawberry
from strawberry import Info

from schema.limits.parsing import LimitingParser
from schema.limits.validation import LimitingValidator
from schema.root import Executor, Schema
from tests.schema.conftest import Graphql, stored

INPUT = (
    "mutation ($input: UpdatePreferencesInput!) { updatePreferences(input: $input) { __typename } }"
)
OFF = {"INTROSPECTION": False}
WRONG = {"input": {"preferences": [], "usr": "x"}}

# Document, variables and the name that is suggested.
MISTAKES: dict[str, tuple[str, Any, str]] = {
    "a field": ("{ vewer { id } }", None, "viewer"),
    "a field of an object": ("{ viewer { usernme } }", None, "username"),
    "a field below a fragment": ("{ viewer { ...F } } fragment F on User { grups { id } }", None, "groups"),  # noqa: E501
    "a field of an implementation": ('{ node(id: "x") { username } }', None, "User"),
    "an argument": ('{ node(idd: "x") { id } }', None, "id"),
    "an argument of a directive": ("{ __typename @skip(iff: true) }", None, "if"),
    "the type of a fragment": ("{ ...F } fragment F on Quer { __typename }", None, "Query"),
    "the type of an inline fragment": ("{ ... on Quer { __typename } }", None, "Query"),
    "the type of a variable": ("query ($a: UpdatePreferenceInput) { __typename }", None, "UpdatePreferencesInput"),  # noqa: E501
    "a field of an input": ('mutation { clearPreferences(input: {user: ["x"]}) { __typename } }', None, "users"),  # noqa: E501
    "a field of an input in a variable": (INPUT, WRONG, "user"),
    "a member of a union": ("mutation { clearPreferences(input: {}) { cleared } }", None, "ClearPreferencesSuccess"),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize(("query", "variables", "name"), MISTAKES.values(), ids=MISTAKES)
def test_names_are_suggested_in_development_only(
    graphql: Graphql, settings: Any, alice: Any, query: str, variables: Any, name: str
) -> None:
    def messages() -> list[str]:
        return [error["message"] for error in graphql(query, variables, alice)["errors"]]

    settings.NOTIFICATION_GRAPHQL = {}
    settings.DEBUG = True
    helpful = messages()
    settings.DEBUG = False
    hidden = messages()
    assert any("Did you mean" in each and f"'{name}'" in each for each in helpful), helpful
    assert not any("Did you mean" in each or f"'{name}'?" in each for each in hidden), hidden
    assert len(hidden) == len(helpful)
    settings.NOTIFICATION_GRAPHQL = {"INTROSPECTION": True}
    assert messages() == helpful
    assert stored(alice) == {}


def test_a_missing_selection_is_reported_with_the_clients_own_name(
    graphql: Graphql, settings: Any
) -> None:
    """graphql-core does not hide this suggestion: it has no other name than the field's."""
    settings.NOTIFICATION_GRAPHQL = OFF
    [error] = graphql("{ viewer }")["errors"]
    assert error["message"].endswith("Did you mean 'viewer { ... }'?")


@pytest.mark.parametrize("query", ["{ ...Matri } fragment Matrix on Query { __typename }"])
def test_names_in_the_document_are_never_suggested(
    graphql: Graphql, settings: Any, query: str
) -> None:
    for debug in (True, False):
        settings.DEBUG, settings.NOTIFICATION_GRAPHQL = debug, {}
        assert "Did you mean" not in str(graphql(query))


def test_names_of_operations_are_not_suggested(graphql: Graphql) -> None:
    body = {"query": "query Secret { __typename }", "operationName": "Secre"}
    response = graphql.client().post("/graphql/", body, "application/json")
    [error] = response.json()["errors"]
    assert "'Secret'" not in error["message"]
    assert "Did you mean" not in error["message"]


@strawberry.enum
class Colour(Enum):
    GREEN = "green"
    GREY = "grey"


@strawberry.type
class Query:
    @strawberry.field
    def shade(self, info: Info, of: Colour) -> str:
        return of.value


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ shade(of: GREE) }", None),
        ('{ shade(of: "GREEN") }', None),
        ("query ($of: Colour! = GREE) { shade(of: $of) }", None),
        ("query ($of: Colour!) { shade(of: $of) }", {"of": "GREE"}),
        ("query ($of: Colour!) { shade(of: $of) }", {"of": "green"}),
    ],
)
def test_enum_values_are_not_suggested(settings: Any, query: str, variables: Any) -> None:
    """No field of the served schema has an enum as an argument."""
    schema = Schema(
        query=Query,
        execution_context_class=Executor,
        extensions=[LimitingParser, LimitingValidator],
    )
    messages = {}
    for debug in (True, False):
        settings.DEBUG, settings.NOTIFICATION_GRAPHQL = debug, {}
        [error] = schema.execute_sync(query, variables).errors or []
        messages[debug] = error.message
    assert "Did you mean the enum value 'GREEN'" in messages[True]
    assert "Did you mean" not in messages[False]
    assert "GREY" not in messages[False]
