"""Errors of queries have a code, and unexpected ones are masked."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from graphql import GraphQLError

from notifications import preferences
from notifications.configuration import entries
from notifications.preferences import writes
from tests.schema.conftest import Graphql, id_of, preference, stored
from tests.schema.documents import UPDATE

BACKENDS = "{ backends { name } }"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (" ", {}),
        ("{", {}),
        ("{ viewer { id }", {}),
        ("\0", {}),
        ("{ nonsense }", {}),
        ("{ viewer }", {}),
        ("{ viewer { password } }", {}),
        ("{ node { id } }", {}),
        ("{ node(id: null) { id } }", {}),
        ("{ node(id: true) { id } }", {}),
        ("{ viewer { id } } fragment F on User { id }", {}),
        ("{ ...F } fragment F on Query { ...F }", {}),
        ("query ($id: ID!) { node(id: $id) { id } }", {}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": None}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": {}}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": True}),
        (UPDATE, {}),
        (UPDATE, {"input": {}}),
        (UPDATE, {"input": {"preferences": [{}]}}),
        (UPDATE, {"input": {"preferences": None}}),
        (UPDATE, {"input": {"preferences": [preference("alarm", "sms") | {"notify": None}]}}),
        (UPDATE, {"input": {"preferences": [preference("alarm", "sms") | {"notify": "yes"}]}}),
        (UPDATE, {"input": {"preferences": [preference("alarm", "sms") | {"notify": 1}]}}),
        (UPDATE, {"input": {"preferences": [preference("alarm", "sms") | {"more": 1}]}}),
    ],
)
def test_invalid_documents_and_variables_are_bad_user_input(
    graphql: Graphql,
    alice: Any,
    caplog: pytest.LogCaptureFixture,
    query: str,
    variables: dict[str, Any],
) -> None:
    answer = graphql(query, variables, alice)
    assert answer["data"] is None
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
    assert all(error["message"] for error in answer["errors"])
    assert stored(alice) == {}
    assert caplog.records == []


def test_expected_errors_have_codes_and_are_not_logged(
    graphql: Graphql, bob: Any, admin: Any, reviewers: Group, caplog: pytest.LogCaptureFixture
) -> None:
    gone = id_of(reviewers)
    other = id_of(admin)
    query = "query ($id: ID!) { preferences(user: $id) { id } }"
    groups = "query ($id: ID!) { groupPreferences(group: $id) { id } }"
    reviewers.delete()
    assert [
        graphql.code(query, {"id": other}),
        graphql.code(query, {"id": other}, bob),
        graphql.code(groups, {"id": gone}, admin),
    ] == ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"]
    assert caplog.records == []


def test_messages_of_expected_errors_are_full_sentences(
    graphql: Graphql, alice: Any, bob: Any
) -> None:
    query = "query ($id: ID!) { preferences(user: $id) { id } }"
    [error] = graphql(query, {"id": id_of(alice)}, bob)["errors"]
    assert error["message"] == "You do not have permission. Required: notifications.view_userprefs."
    assert error["path"] == ["preferences"]
    [error] = graphql(query, {"id": "x"}, bob)["errors"]
    assert error["message"] == "No object with the ID 'x' was found."


def raising(error: Exception) -> Any:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    "cause",
    [
        RuntimeError("the cause"),
        KeyError("the cause"),
        PermissionDenied("the cause"),
        IntegrityError("the cause: UNIQUE constraint failed"),
        GraphQLError("the cause", original_error=ValueError("the cause")),
    ],
)
def test_unexpected_errors_are_logged_and_masked(
    graphql: Graphql,
    alice: Any,
    cause: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(entries, "enabled_backends", raising(cause))
    [error] = graphql(BACKENDS, user=alice)["errors"]
    assert error["message"] == (
        "An internal error occurred, and the request was not completed. Please try again later."
    )
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": vars(record)["request_id"]}
    assert "the cause" in caplog.text
    assert record.exc_info


def test_an_unexpected_error_in_a_mutation_writes_nothing(
    graphql: Graphql, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("the cause")

    monkeypatch.setattr(writes, "user_matrix", late)
    monkeypatch.setattr(writes, "_is_possible", lambda _using: False)  # fails after the write
    answer = graphql(UPDATE, {"input": {"preferences": [preference("alarm", "sms")]}}, alice)
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL"]
    assert "the cause" not in str(answer)
    assert stored(alice) == {}


def test_an_unexpected_error_leaves_other_fields_intact(
    graphql: Graphql, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preferences, "memberships", raising(RuntimeError("the cause")))
    answer = graphql("{ viewer { groups { id } } node(id: 5) { id } }", user=alice)
    assert answer["data"] == {"viewer": None, "node": None}
    assert [error["path"] for error in answer["errors"]] == [["viewer", "groups"]]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (
            GraphQLError("kept", extensions={"code": "LIMIT_EXCEEDED", "more": 1}),
            "LIMIT_EXCEEDED",
        ),
        (GraphQLError("kept"), "BAD_USER_INPUT"),
    ],
)
def test_errors_with_a_code_keep_their_message(
    graphql: Graphql,
    alice: Any,
    error: GraphQLError,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entries, "enabled_backends", raising(error))
    [found] = graphql(BACKENDS, user=alice)["errors"]
    assert (found["message"], found["extensions"]["code"]) == ("kept", code)
