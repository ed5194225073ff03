"""Properties of parsed documents."""

from types import SimpleNamespace
from typing import Any

import pytest
from graphql import get_operation_ast, parse

from schema.execution import documents
from schema.execution.documents import selects_ids


def info(document: str, name: str | None = None, **options: Any) -> Any:
    """Return an info that has nothing but the operation."""
    operation = get_operation_ast(parse(document, **options), name)
    return SimpleNamespace(_raw_info=SimpleNamespace(operation=operation))


@pytest.mark.parametrize(
    ("document", "selects"),
    [
        ("{ viewer { id } }", True),
        ("{ viewer { username } }", False),
        ("{ viewer { ident identity wid i d } }", False),
        ("{ viewer { key: id } }", True),
        ("{ viewer { ...F } } fragment F on User { id }", True),
        ("{ viewer { username } } # no id", True),  # creates ids that nothing selects
    ],
)
def test_ids_are_found_by_their_name(document: str, selects: bool) -> None:
    assert [selects_ids(info(document)) for _ in range(2)] == [selects] * 2


def test_a_document_without_its_text_may_select_ids() -> None:
    assert selects_ids(info("{ viewer { username } }", no_location=True))


def test_a_document_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = info("{ viewer { id } } # searched once")
    assert selects_ids(found)
    monkeypatch.setattr(documents, "contains_id", None)
    assert selects_ids(found)
