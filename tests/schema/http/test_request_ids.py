"""The ID of a request is in the response and in the log."""

import logging
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notifications import preferences
from schema.http.request_ids import HEADER, RequestIdFilter, request_id
from tests.schema.conftest import Graphql

MADE = re.compile(r"[0-9a-f]{32}")


def test_every_response_has_its_own_id(client: Client, db: None) -> None:
    ids = {client.get(path)[HEADER] for path in ("/accounts/login/", "/nowhere/", "/graphql/")}
    assert len(ids) == 3
    assert all(MADE.fullmatch(id_) for id_ in ids)
    assert not request_id()


@pytest.mark.parametrize("given", ["0123abcd", "a-b_c.D-8", "x" * 64])
def test_the_id_of_a_trusted_header_is_used(
    client: Client, db: None, settings: Any, given: str
) -> None:
    settings.NOTIFICATION_REQUEST_ID_HEADER = "X-Trace"
    assert client.get("/nowhere/", headers={"x-trace": given})[HEADER] == given
    assert MADE.fullmatch(client.get("/nowhere/", headers={"x-request-id": given})[HEADER])


def test_no_header_is_trusted_unless_named(client: Client, db: None) -> None:
    for name in ("x-request-id", "x-trace"):
        assert MADE.fullmatch(client.get("/nowhere/", headers={name: "0123abcd"})[HEADER])


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with blanks in", "a\nb-forged-line", "<script>1</script>", "ïdïdïdïd"]  # noqa: E501
)  # fmt: skip
def test_malformed_ids_are_replaced(client: Client, db: None, settings: Any, given: str) -> None:
    settings.NOTIFICATION_REQUEST_ID_HEADER = "X-Request-ID"
    assert MADE.fullmatch(client.get("/nowhere/", headers={"x-request-id": given})[HEADER])


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_kwargs: Any) -> None:
        raise RuntimeError("the cause, with the password hunter2")

    monkeypatch.setattr(preferences, "available", fail)


def test_an_unexpected_error_has_only_the_request_id(
    graphql: Graphql, alice: Any, broken: None, caplog: Any
) -> None:
    response = graphql.client(alice).post(
        reverse("graphql"), {"query": "{ notifications { name } }"}, "application/json"
    )
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": response[HEADER]}
    assert "hunter2" not in response.content.decode()
    [record] = [each for each in caplog.records if each.name == "schema.root"]
    assert record.request_id == response[HEADER]
    assert record.getMessage() == "Unexpected RuntimeError at ['notifications']."
    assert "hunter2" in str(record.exc_info[1])


def test_without_the_middleware_each_request_still_gets_an_id(
    graphql: Graphql, alice: Any, broken: None, settings: Any, caplog: Any
) -> None:
    name = "schema.http.request_ids.RequestIdMiddleware"
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != name]
    answers = [graphql("{ notifications { name } }", user=alice) for _ in range(2)]
    ids = [answer["errors"][0]["extensions"]["requestId"] for answer in answers]
    assert len(set(ids)) == 2
    assert [r.request_id for r in caplog.records if r.name == "schema.root"] == ids


def test_expected_errors_have_no_id(graphql: Graphql, db: None) -> None:
    [error] = graphql("{ notifications { name } }")["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}


def test_records_from_outside_of_requests_have_an_empty_id() -> None:
    record = logging.LogRecord("name", logging.INFO, "path", 1, "message", None, None)
    assert RequestIdFilter().filter(record)
    assert vars(record)["request_id"] == ""
