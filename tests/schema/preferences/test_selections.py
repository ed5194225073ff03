"""What a document asks for."""

from types import SimpleNamespace
from typing import Any

import pytest
from graphql import get_operation_ast, parse

from schema.preferences import selections
from schema.preferences.selections import ids_are_asked_for


def info(document: str, name: str | None = None, **options: Any) -> Any:
    """Return an info of which only the operation is known."""
    operation = get_operation_ast(parse(document, **options), name)
    return SimpleNamespace(_raw_info=SimpleNamespace(operation=operation))


@pytest.mark.parametrize(
    ("document", "asked_for"),
    [
        ("{ viewer { id } }", True),
        ("{ viewer { username } }", False),
        ("{ viewer { ident identity wid i d } }", False),
        ("{ viewer { key: id } }", True),
        ("{ viewer { ...F } } fragment F on User { id }", True),
        ("{ viewer { username } } # no id", True),  # nothing is lost by it
    ],
)
def test_ids_are_asked_for_by_their_name(document: str, asked_for: bool) -> None:
    assert [ids_are_asked_for(info(document)) for _ in range(2)] == [asked_for] * 2


def test_what_does_not_say_where_it_is_from_may_ask_for_ids() -> None:
    assert ids_are_asked_for(info("{ viewer { username } }", no_location=True))


def test_a_document_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = info("{ viewer { id } } # read once")
    assert ids_are_asked_for(found)
    monkeypatch.setattr(selections, "selects_ids", None)
    assert ids_are_asked_for(found)
