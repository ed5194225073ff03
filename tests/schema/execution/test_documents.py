"""Properties of parsed documents."""

from typing import Any

import pytest
from graphql import get_operation_ast, parse

from schema.execution.documents import root_fields, selects_id, tokens, weigh


@pytest.mark.parametrize(
    ("document", "selects"),
    [
        ("{ viewer { id } }", True),
        ("{ viewer { username } }", False),
        ("{ viewer { ident identity wid i d } }", False),
        ("{ viewer { key: id } }", True),
        ("{ viewer { ...F } } fragment F on User { id }", True),
        ("fragment F on User { id } query Q { viewer { ...F } }", True),
        ("fragment F on User { username } query Q { viewer { ...F } }", False),
        ("{ viewer { username } } # no id", False),
    ],
)
def test_ids_are_found_by_their_name(document: str, selects: bool) -> None:
    operation = get_operation_ast(parse(document))
    assert operation is not None
    assert selects_id(operation) is selects_id(parse(document)) is selects


def test_a_document_without_its_text_may_select_ids() -> None:
    assert selects_id(parse("{ viewer { username } }", no_location=True))


@pytest.mark.parametrize(
    ("document", "operation", "fields"),
    [
        ("{ a b: a c }", None, ["a", "a", "c"]),
        ("{ ...F ... { b } } fragment F on Query { a }", None, ["a", "b"]),
        ("query A { a } query B { b }", "B", ["b"]),
        ("query A { a } query B { b }", None, []),
    ],
)
def test_root_fields_are_listed(document: str, operation: str | None, fields: list[Any]) -> None:
    assert [*root_fields(parse(document), operation)] == fields


def test_longer_documents_weigh_more() -> None:
    short, long = parse("{ a }"), parse("{ a b c d }")
    assert weigh(None) < weigh(short) < weigh(long)
    assert [token.value for token in tokens(long) if token.value] == ["a", "b", "c", "d"]


def test_fragments_before_an_operation_have_weight() -> None:
    fragment, operation = "fragment F on User { username groups { name } }", "{ viewer { ...F } }"
    first, last = parse(f"{fragment} {operation}"), parse(f"{operation} {fragment}")
    assert weigh(get_operation_ast(first)) == weigh(get_operation_ast(last)) == weigh(first)
