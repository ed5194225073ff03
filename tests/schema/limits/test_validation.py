"""Limits of one request: at a limit it is answered, and above it refused."""

from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query, parse

import notifications
import project
from notifications.configuration.cache import configuration_cache
from schema.conf import Limits
from schema.limits import validation
from schema.limits.cost import Estimate
from schema.limits.counts import DocumentCounts
from schema.limits.parsing import documents as parsed_documents
from schema.root import schema
from tests.schema import documents
from tests.schema.conftest import Graphql
from tests.schema.documents import UPDATE
from tests.schema.limits.conftest import refusals


@pytest.mark.parametrize(
    ("setting", "document", "actual", "refusal"),
    [
        ("TOKENS", "{ viewer { id } }", 6, "The document has more than 5 tokens; allowed: 5."),
        (
            "DEPTH",
            "{ viewer { ...F } } fragment F on User { groups { id } }",
            3,
            "The document is 3 fields deep; allowed: 2.",
        ),
        (
            "FIELDS",
            "{ viewer { ...F ...F } } fragment F on User { id }",
            3,
            "The document selects 3 fields; allowed: 2.",
        ),
        (
            "ROOT_FIELDS",
            "{ viewer { id } ...F } fragment F on Query { __typename }",
            2,
            "The document selects 2 fields of Query or Mutation; allowed: 1.",
        ),
        ("ALIASES", "{ a: viewer { b: id } }", 2, "The document has 2 aliases; allowed: 1."),
        (
            "OVERLAPS",
            "{ viewer { id } viewer { id } }",
            2,
            "The document has 2 pairs of overlapping fields or fragments; allowed: 1.",
        ),
        ("NAME", "{ v: viewer { id } }", 6, "The document has a name of 6 characters; allowed: 5."),
        (
            "COST",
            "{ viewer { id username } }",
            22,
            "The request has an estimated cost of 22; allowed: 21.",
        ),
    ],
)
def test_a_document_is_answered_up_to_its_limit(
    graphql: Graphql,
    alice: Any,
    settings: Any,
    setting: str,
    document: str,
    actual: int,
    refusal: str,
) -> None:
    for _ in range(2):  # the second time the document is cached
        settings.NOTIFICATION_GRAPHQL = {f"MAX_{setting}": actual}
        assert graphql.data(document, user=alice)
        settings.NOTIFICATION_GRAPHQL = {f"MAX_{setting}": actual - 1}
        assert refusals(graphql(document, user=alice)) == [refusal]


def test_all_exceeded_counts_are_reported(graphql: Graphql, settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = {"MAX_DEPTH": 1, "MAX_ALIASES": 1, "MAX_COST": 1}
    assert refusals(graphql("{ a: viewer { b: id nonsense } }")) == [
        "The document is 2 fields deep; allowed: 1.",
        "The document has 2 aliases; allowed: 1.",
    ]


def test_a_count_above_the_ceiling_is_reported(graphql: Graphql) -> None:
    links = "".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(100))
    document = f"{{ ...F0 }} {links} fragment F100 on Query {{ viewer {{ id }} }}"
    [first, *_] = refusals(graphql(document))
    assert first == "The document selects at least 1,000,000,000 fields; allowed: 2,000."


@pytest.mark.parametrize(
    "document",
    [
        "{ ...F } fragment F on Query { viewer { id } ...F }",
        "{ viewer { ...F } } fragment F on User { a: groups { ...F } b: groups { ...F } }",
    ],
)
def test_only_the_cycle_of_a_fragment_is_reported(graphql: Graphql, document: str) -> None:
    [error] = graphql(document)["errors"]
    assert error["message"] == "Cannot spread fragment 'F' within itself."
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_document_is_validated_once(graphql: Graphql, monkeypatch: pytest.MonkeyPatch) -> None:
    document = "{ viewer { id username } } # cached"
    graphql.data(document)
    monkeypatch.setattr(
        validation,
        "validate_document",
        lambda *_args, **_options: pytest.fail("It is validated again."),
    )
    graphql.data(document)


def test_refused_documents_are_not_cached(graphql: Graphql) -> None:
    parsed_documents.clear()
    for document in ("{ viewer { nonsense } }", "{ viewer {", "{ a: viewer { id } " * 200):
        graphql(document)
    assert len(parsed_documents) == 0


def _file(package: Any, path: str) -> str:
    return Path(str(package.__file__)).parent.joinpath(path).read_text(encoding="utf-8")


EVERYDAY = {
    **{name: text for name, text in vars(documents).items() if name.isupper() and "{" in text},
    "GraphiQL's introspection": get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    ),
    "GraphiQL's examples": _file(project, "graphiql/src/examples.graphql"),
    "the settings page": _file(notifications, "static/notifications/user.graphql"),
    "a group's settings page": _file(notifications, "static/notifications/group.graphql"),
}


@pytest.mark.parametrize("name", EVERYDAY)
def test_everyday_documents_need_half_of_the_limits(name: str) -> None:
    allowed = Limits()
    document = parse(EVERYDAY[name], max_tokens=allowed.max_tokens // 2)
    counts = DocumentCounts(document)
    estimate = Estimate(document, schema._schema)  # noqa: SLF001 - graphql-core's schema
    total = counts.total()
    assert total.depth <= allowed.max_depth / 2
    assert total.fields <= allowed.max_fields / 2
    assert total.root_fields <= allowed.max_root_fields / 2
    assert total.aliases <= allowed.max_aliases / 2
    # Documents that select every field cost more than those that people write.
    share, rows = (1, 20) if name.isupper() or "introspection" in name else (2, 100)
    variables = {"input": {"first": 20}} if name == "MARK_ALL_READ" else {}
    assert estimate.cost(variables, {"rows": rows, "cells": 4}) <= allowed.max_cost / share
    assert counts.overlaps(limit=10_000) <= allowed.max_overlaps / 2


def test_without_a_cache_the_size_of_the_catalogue_is_read(
    graphql: Graphql, alice: Any, settings: Any
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"MAX_COST": 5_000}
    graphql.client(alice)
    for _ in range(2):
        configuration_cache.clear()
        result = graphql.result(UPDATE, alice, preferences=[])
        assert result["__typename"] == "UpdatePreferencesSuccess"
