"""Limits of nesting and of names in documents."""

from typing import Any

import pytest

from tests.schema.conftest import Graphql
from tests.schema.limits.conftest import refusals


@pytest.mark.parametrize(
    ("document", "refused"),
    [
        ("{a" * 31 + "}" * 31, "The document is 31 fields deep; allowed: 30."),
        ("{a" * 199 + "}" * 199, "The document is 199 fields deep; allowed: 30."),
        ("{a" * 4000, "The document is nested too deeply to be parsed; allowed: 30."),
        ("{node(id:" + "[" * 4000, "The document is nested too deeply to be parsed; allowed: 30."),
        ("query($a:" + "[" * 4000, "The document is nested too deeply to be parsed; allowed: 30."),
    ],
)
def test_deep_documents_are_refused(graphql: Graphql, document: str, refused: str) -> None:
    assert refusals(graphql(document)) == [refused]


def test_deep_documents_are_refused_at_any_stack_depth(graphql: Graphql) -> None:
    """Hashing a document takes more of the stack than parsing it."""

    def deeper(levels: int) -> Any:
        return deeper(levels - 1) if levels else graphql(document)

    document = "{a" * 150 + "}" * 150
    expected = {
        "The document is 150 fields deep; allowed: 30.",
        "The document is nested too deeply to be parsed; allowed: 30.",
    }
    assert {*refusals(graphql(document)), *refusals(deeper(400))} <= expected


def test_deep_values_are_errors(graphql: Graphql, alice: Any) -> None:
    document = "{ node(id: " + "[" * 195 + "]" * 195 + ") { id } }"
    assert graphql.code(document, user=alice) == "BAD_USER_INPUT"
    deep: list[Any] = []
    for _ in range(400):
        deep = [deep]
    assert (
        graphql.code("query ($id: ID!) { node(id: $id) { id } }", {"id": deep}, alice)
        == "BAD_USER_INPUT"
    )


def test_a_message_of_the_parser_in_a_document_is_no_limit(graphql: Graphql) -> None:
    assert graphql.code('{ viewer "Then Parsing aborted." }') == "BAD_USER_INPUT"


def test_a_long_alias_is_refused(graphql: Graphql) -> None:
    document = f"{{ {'a' * 240_000}: viewer {{ id }} }}"
    assert refusals(graphql(document)) == [
        "The document has a name of 240,000 characters; allowed: 200."
    ]
