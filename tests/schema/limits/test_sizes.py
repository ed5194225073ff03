"""Limits of the sizes of bodies, errors and answers."""

import json
from typing import Any

import pytest
from django.test import RequestFactory

from schema.conf import Limits
from schema.views import GraphQLView
from tests.schema.conftest import Graphql, preference
from tests.schema.documents import UPDATE
from tests.schema.limits.conftest import refusals

JSON = "application/json"


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
