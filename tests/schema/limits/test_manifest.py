"""Manifest of trusted documents, and its system checks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured

from schema.checks import check_documents, check_settings
from schema.http.responses import JSON
from tests.schema.conftest import Graphql
from tests.schema.limits.conftest import MANIFEST, NAME, OTHER, name

OFF = (
    "GraphQL introspection has been disabled, but the requested query contained the field"
    " '__schema'."
)


def found() -> list[CheckMessage]:
    return [each for each in run_checks() if str(each.id) in {"schema.E005", "schema.E006"}]


def test_a_good_manifest_passes(strict: None) -> None:
    assert [check_settings(), check_documents(), found()] == [[], [], []]


UNREADABLE = {
    "no JSON": ("{", "The trusted documents cannot be read: "),
    "nested deeply": ("[" * 100_000, "The trusted documents cannot be read: "),
    "no object": ("[]", " must contain a JSON object of documents by id."),
    "no documents": ('{"a": 1}', " must contain a JSON object of documents by id."),
    "Apollo's": (
        '{"format": "x", "operations": []}',
        " must contain a JSON object of documents by id.",
    ),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_malformed_manifest_is_reported_and_stops_requests(
    settings: Any, write: Callable[[Any], Path], graphql: Graphql, content: str, message: str
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"TRUSTED_DOCUMENTS": write(content)}
    [error] = found()
    assert message in error.msg
    assert (error.id, "TRUSTED_DOCUMENTS" in str(error.hint)) == ("schema.E005", True)
    client = graphql.client()
    client.raise_request_exception = True
    with pytest.raises(ImproperlyConfigured):
        client.post("/graphql/", {"documentId": name(NAME)}, JSON)


def test_a_missing_manifest_is_reported(settings: Any, tmp_path: Path) -> None:
    settings.NOTIFICATION_GRAPHQL = {"TRUSTED_DOCUMENTS": tmp_path / "none.json"}
    [error] = found()
    assert (error.id, "none.json" in error.msg) == ("schema.E005", True)


NOT_ITS_HASH = "does not have its SHA-256 or SHA-1 as its ID."


MISTAKES = {
    "an id of another document": (
        {name(OTHER): NAME},
        NOT_ITS_HASH,
    ),
    "an id that is no hash": ({"Name": NAME}, NOT_ITS_HASH),
    "no GraphQL": (
        {name("{"): "{"},
        "cannot be executed: Syntax Error: Expected Name, found <EOF>.",
    ),
    "nothing": ({name(""): ""}, "cannot be executed: Syntax Error: Unexpected <EOF>."),
    "another schema's": (
        {name("{ shop { id } }"): "{ shop { id } }"},
        "cannot be executed: Cannot query field 'shop' on type 'Query'.",
    ),
    "introspection, which is off": (
        {name("{ __schema { description } }"): "{ __schema { description } }"},
        f"cannot be executed: {OFF}",
    ),
    "too many tokens": (
        {name("{ __typename }" + " #\n" * 3000): "{ __typename }" + " #\n" * 3000},
        "cannot be executed: The document has more than 2,000 tokens; allowed: 2,000.",
    ),
    "too deep": (
        {name("{ viewer { groups { id } } }"): "{ viewer { groups { id } } }"},
        "cannot be executed: The document is 3 fields deep; allowed: 2.",
    ),
}


@pytest.mark.parametrize(("content", "mistake"), MISTAKES.values(), ids=MISTAKES)
def test_an_invalid_document_is_reported(
    settings: Any, write: Callable[[Any], Path], content: dict[str, str], mistake: str
) -> None:
    path = write({**MANIFEST, **content})
    settings.NOTIFICATION_GRAPHQL = {
        "TRUSTED_DOCUMENTS": path,
        "INTROSPECTION": False,
        **({"MAX_DEPTH": 2} if "deep" in mistake else {}),
    }
    [error] = found()
    assert error.msg == f"The trusted document {next(iter(content))!r} {mistake}"
    assert (error.id, bool(error.hint)) == ("schema.E006", True)


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"TRUSTED_DOCUMENTS": None}, "must be a path."),
        ({"TRUSTED_DOCUMENTS": {}}, "must be a path."),
        ({"TRUSTED_DOCUMENTS_ONLY": "yes"}, "must be True or False."),
    ],
)
def test_a_wrong_setting_is_reported_once(settings: Any, value: Any, wrong: str) -> None:
    settings.NOTIFICATION_GRAPHQL = value
    [error] = check_settings()
    assert error.msg.endswith(wrong)
    assert check_documents() == []
