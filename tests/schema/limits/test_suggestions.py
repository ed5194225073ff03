"""What introspection does not tell, no error suggests: `Did you mean …?` is for development."""

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

# What is sent, and the name that would help.
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
def test_it_is_made_in_development_alone(
    graphql: Graphql, settings: Any, alice: Any, query: str, variables: Any, name: str
) -> None:
    def messages() -> list[str]:
        return [error["message"] for error in graphql(query, variables, alice)["errors"]]

    settings.NOTIFICATION_GRAPHQL = {}
    settings.DEBUG = True
    helpful = messages()
    settings.DEBUG = False
    discreet = messages()
    assert any("Did you mean" in each and f"'{name}'" in each for each in helpful), helpful
    assert not any("Did you mean" in each or f"'{name}'?" in each for each in discreet), discreet
    assert len(discreet) == len(helpful)
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
def test_names_of_the_documents_own_are_never_suggested(
    graphql: Graphql, settings: Any, query: str
) -> None:
    for debug in (True, False):
        settings.DEBUG, settings.NOTIFICATION_GRAPHQL = debug, {}
        assert "Did you mean" not in str(graphql(query))


def test_an_unknown_operation_is_answered_without_the_names_of_others(graphql: Graphql) -> None:
    asked = {"query": "query Secret { __typename }", "operationName": "Secre"}
    response = graphql.client().post("/graphql/", asked, "application/json")
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
def test_values_of_enums_are_no_exception(settings: Any, query: str, variables: Any) -> None:
    """The served schema takes none, yet."""
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
