"""Time limit of statements in the database."""

from typing import Any

import pytest
from django.db import OperationalError, connection

from notifications import preferences
from schema.root import TIMED_OUT
from tests.schema import documents
from tests.schema.conftest import Graphql, preference
from tests.schema.documents import CLEAR, UPDATE
from tests.schema.limits.conftest import refusals


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
