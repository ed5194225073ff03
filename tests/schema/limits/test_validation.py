"""Limits of one request: at a limit it is answered, and above it refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection
from django.test import RequestFactory
from graphql import get_introspection_query, parse

import notifications
import project
from notifications import preferences
from notifications.configuration.cache import configuration_cache
from schema.conf import Limits
from schema.limits import validation
from schema.limits.cost import Estimate
from schema.limits.counts import Counter
from schema.limits.parsing import documents as parsed_documents
from schema.root import TIMED_OUT, schema
from schema.views import GraphQLView
from tests.conftest import make_user
from tests.schema import documents
from tests.schema.conftest import Graphql, grant, id_of, preference
from tests.schema.documents import CLEAR, UPDATE

JSON = "application/json"


@pytest.fixture(autouse=True)
def no_cached_catalogue() -> None:
    """Empty the cache of the catalogue: its size determines the highest cost."""
    configuration_cache.clear()


def refusals(answer: Any) -> list[str]:
    """Return the messages of an answer with nothing but errors about limits."""
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"LIMIT_EXCEEDED"}
    assert answer.get("data") is None
    return [error["message"] for error in answer["errors"]]


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


def test_a_body_is_read_up_to_its_limit(graphql: Graphql, settings: Any) -> None:
    body = json.dumps({"query": "{ viewer { id } }"})
    settings.NOTIFICATION_GRAPHQL = {"MAX_BODY_SIZE": len(body)}
    assert graphql.client().post("/graphql/", body, JSON).status_code == 200
    response = graphql.client().post("/graphql/", body + " ", JSON)
    assert (response.status_code, response.json()) == (
        413,
        {
            "errors": [
                {
                    "message": f"The body of the request has {len(body) + 1} bytes;"
                    f" allowed: {len(body)}.",
                    "extensions": {"code": "LIMIT_EXCEEDED"},
                }
            ]
        },
    )


@pytest.mark.parametrize("limit", [None, 100])
def test_the_limit_of_django_applies_to_bodies(
    graphql: Graphql, settings: Any, limit: int | None
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = limit
    body = json.dumps({"query": "{ viewer { id } }"}).ljust(101)
    response = graphql.client().post("/graphql/", body, JSON)
    assert response.status_code == (413 if limit else 200)


def test_a_body_without_a_length_is_limited(settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = {"MAX_BODY_SIZE": 20}
    body = json.dumps({"query": "{ viewer { id } }"})
    request = RequestFactory().post("/graphql/", body, JSON)
    request.META["CONTENT_LENGTH"] = ""
    assert GraphQLView.as_view()(request).status_code == 413


def test_a_body_nested_too_deeply_is_refused(graphql: Graphql) -> None:
    response = graphql.client().post("/graphql/", "[" * 100_000, JSON)
    assert response.status_code == 400


def test_matrices_are_read_up_to_their_limit(
    graphql: Graphql, alice: Any, bob: Any, reviewers: Group, settings: Any
) -> None:
    grant(alice, "notifications.view_userprefs", "notifications.view_groupprefs")
    document = (
        f'{{ a: preferences {{ id }} b: preferences(user: "{id_of(alice)}") {{ id }}'
        f' c: preferences(user: "{id_of(bob)}") {{ id }}'
        f' d: groupPreferences(group: "{id_of(reviewers)}") {{ id }} }}'
    )
    settings.NOTIFICATION_GRAPHQL = {"MAX_MATRICES": 3}
    assert len(graphql.data(document, user=alice)) == 4
    settings.NOTIFICATION_GRAPHQL = {"MAX_MATRICES": 2}
    assert refusals(graphql(document, user=alice)) == [
        "The request selects 3 matrices; allowed: 2."
    ]


def test_a_hundred_matrices_are_read(graphql: Graphql, admin: Any) -> None:
    users = [make_user(f"user{number}") for number in range(100)]
    fields = "{ notifications { cells { effective } } }"
    document = " ".join(
        f'a{number}: preferences(user: "{id_of(user)}") {fields}'
        for number, user in enumerate(users)
    )
    assert len(graphql.data(f"{{ {document} }}", user=admin)) == 100


def test_entries_are_accepted_up_to_their_limit(
    graphql: Graphql, alice: Any, settings: Any
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"MAX_ENTRIES": 1}
    preferences = [preference("card-declined", "sms"), preference("card-declined", "email")]
    done = graphql.result(UPDATE, alice, preferences=preferences[:1])
    assert done["__typename"] == "UpdatePreferencesSuccess"
    [problem] = graphql.result(UPDATE, alice, preferences=preferences)["problems"]
    assert (problem["code"], problem["index"], problem["message"]) == (
        "TOO_MANY",
        1,
        "The list has 2 entries; allowed in one call: 1.",
    )


class Cancelled(Exception):
    """Error of the driver for a statement beyond its time limit."""

    sqlstate = "57014"


class Dropped(Exception):
    sqlstate = "57P01"


@pytest.mark.parametrize(
    ("cause", "code"),
    [(Cancelled(), "LIMIT_EXCEEDED"), (Dropped(), "INTERNAL"), (None, "INTERNAL")],
)
def test_a_timeout_is_distinguished_from_a_failure(
    graphql: Graphql,
    alice: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    cause: Exception | None,
    code: str,
) -> None:
    def fail(**_: Any) -> Any:
        raise OperationalError("canceling statement SELECT secret") from cause

    monkeypatch.setattr(preferences, "available", fail)
    [error] = graphql("{ notifications { id } }", user=alice)["errors"]
    assert error["extensions"]["code"] == code
    assert (error["message"] == TIMED_OUT) is (code == "LIMIT_EXCEEDED")
    assert "secret" not in error["message"]
    assert "SELECT secret" in caplog.text


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite sets statements no time limit"
)
@pytest.mark.django_db(transaction=True)
def test_postgresql_cancels_slow_statements(graphql: Graphql, alice: Any) -> None:
    def wait(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("DELETE"):
            context["cursor"].execute("SELECT pg_sleep(5)")
        return execute(sql, params, many, context)

    kept = graphql.result(UPDATE, alice, preferences=[preference("card-declined", "sms")])
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '100ms'")
    try:
        with connection.execute_wrapper(wait):
            answer = graphql(CLEAR, {"input": {}}, alice)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
    assert refusals(answer) == [TIMED_OUT]
    again = graphql.data(documents.MATRIX, user=alice)["preferences"]
    assert again["notifications"] == kept["matrix"]["notifications"]


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite sets statements no time limit"
)
def test_the_service_sets_a_time_limit_on_statements(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10s",)


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
    counter = Counter(document)
    estimate = Estimate(document, schema._schema)  # noqa: SLF001 - graphql-core's schema
    total = counter.total()
    assert total.depth <= allowed.max_depth / 2
    assert total.fields <= allowed.max_fields / 2
    assert total.root_fields <= allowed.max_root_fields / 2
    assert total.aliases <= allowed.max_aliases / 2
    # Documents that select every field cost more than those that people write.
    share, rows = (1, 20) if name.isupper() or "introspection" in name else (2, 100)
    variables = {"input": {"first": 20}} if name == "MARK_ALL_READ" else {}
    assert estimate.cost(variables, {"rows": rows, "cells": 4}) <= allowed.max_cost / share
    assert counter.overlaps(limit=10_000) <= allowed.max_overlaps / 2


def test_a_thousand_entries_with_long_names_need_less_than_a_body() -> None:
    entry = preference("n" * 100, "b" * 50)
    body = json.dumps({"query": UPDATE, "variables": {"input": {"preferences": [entry] * 1000}}})
    assert len(body) < Limits().max_body_size


def test_errors_are_few_and_short(graphql: Graphql, alice: Any) -> None:
    fields = ", ".join(f'{"f" * 190}{i}: "{"x" * 1_000}"' for i in range(100))
    document = f"mutation {{ updatePreferences(input: {{{fields}}}) {{ __typename }} }}"
    response = graphql.client(alice).post("/graphql/", {"query": document}, JSON)
    errors = response.json()["errors"]
    assert len(errors) <= Limits().max_errors + 1
    assert max(len(error["message"]) for error in errors) <= 502
    assert len(response.content) < 20_000


def test_many_mistakes_in_variables_have_a_short_answer(graphql: Graphql, alice: Any) -> None:
    wrong = [{"notification": 1, "backend": 2, "notify": "x" * 1_000}] * 100
    body = {"query": UPDATE, "variables": {"input": {"preferences": wrong}}}
    response = graphql.client(alice).post("/graphql/", body, JSON)
    assert len(response.json()["errors"]) <= Limits().max_errors + 1
    assert len(response.content) < 20_000


def test_an_answer_that_is_too_long_is_refused(graphql: Graphql, alice: Any, settings: Any) -> None:
    document = "{ notifications { name displayName } }"
    whole = len(graphql.client(alice).post("/graphql/", {"query": document}, JSON).content)
    settings.NOTIFICATION_GRAPHQL = {"MAX_ANSWER_SIZE": whole}
    assert graphql.data(document, user=alice)
    settings.NOTIFICATION_GRAPHQL = {"MAX_ANSWER_SIZE": whole - 1}
    [message] = refusals(graphql(document, user=alice))
    assert message.startswith(f"The response has {whole} bytes; allowed: {whole - 1}.")


def test_without_a_cache_the_size_of_the_catalogue_is_read(
    graphql: Graphql, alice: Any, settings: Any
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"MAX_COST": 5_000}
    graphql.client(alice)
    for _ in range(2):
        configuration_cache.clear()
        result = graphql.result(UPDATE, alice, preferences=[])
        assert result["__typename"] == "UpdatePreferencesSuccess"


def test_a_long_alias_is_refused(graphql: Graphql) -> None:
    document = f"{{ {'a' * 240_000}: viewer {{ id }} }}"
    assert refusals(graphql(document)) == [
        "The document has a name of 240,000 characters; allowed: 200."
    ]
