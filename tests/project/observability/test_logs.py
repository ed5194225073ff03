"""The log says what went wrong, to whom it may be told; it never has a secret in it."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from notifications import preferences
from project.observability.logs import (
    SECRET,
    RouteFilter,
    SecretiveFormatter,
    blanked,
)
from schema.http.request_ids import HEADER, RequestIdFilter
from tests.project.test_production import production

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ"


@pytest.fixture
def log(settings: Any) -> Iterator[StringIO]:
    """Return the stream of the log that production would write."""
    settings.JSON_LOGS = True
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SecretiveFormatter())
    handler.addFilter(RequestIdFilter())
    handler.addFilter(RouteFilter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def lines(log: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_each_request_is_a_line(client: Client, db: None, log: StringIO) -> None:
    response = client.get("/accounts/login/?next=/graphql/")
    [line] = lines(log)
    assert line.pop("milliseconds") >= 0
    assert line.pop("timestamp")
    assert line == {
        "level": "INFO",
        "logger": "project.observability.logs",
        "message": "A request was answered.",
        "method": "GET",
        "route": "accounts/login/",
        "status": 200,
        "request_id": response[HEADER],
    }


def test_what_clients_make_up_is_not_in_that_line(client: Client, db: None, log: StringIO) -> None:
    client.generic("SHOUT", "/made-up/", headers={"user-agent": "made-up"})
    line = next(line for line in lines(log) if line["logger"] == "project.observability.logs")
    assert (line["method"], line["route"], line["status"]) == ("other", "other", 404)
    assert "made-up" not in json.dumps(line)


PATHS = [
    "/made-up/",
    "/made-up",
    "/preferences/unsubscribe/made-up:token/",
    "/preferences/users/made-up/",
    "/accounts/reset/made-up/made-up/",
    "/admin/made-up/",
    "/m\N{LATIN SMALL LETTER A WITH DIAERESIS}de-up/\N{SNOWMAN}",
    "/made-up/%0amade-up",
    "/static/made-up",
    "//made-up//",
]


@pytest.mark.parametrize("method", ["GET", "POST", "MADE-UP"])
@pytest.mark.parametrize("path", PATHS)
def test_paths_that_clients_make_up_are_in_no_line(
    alice: Any, log: StringIO, path: str, method: str
) -> None:
    for signed_in in (False, True):
        client = Client(raise_request_exception=False, enforce_csrf_checks=not signed_in)
        if signed_in:
            client.force_login(alice)
        client.generic(method, path)
    assert lines(log)
    text = log.getvalue().lower()
    assert [word for word in ("made-up", "de-up") if word in text] == []


def test_a_warning_has_the_route(client: Client, db: None, log: StringIO) -> None:
    client.post("/preferences/unsubscribe/made-up:token/")
    client.generic("SHOUT", "/accounts/password_reset/")
    messages = [line["message"] for line in lines(log) if line["logger"] == "django.request"]
    assert messages == [
        "Not Found: preferences/unsubscribe/<str:token>/",
        "Method Not Allowed (other): accounts/password_reset/",
    ]


def test_a_record_with_newlines_is_one_line(log: StringIO) -> None:
    logging.getLogger("any").warning("one\ntwo %s", '"}\n{"level": "forged"}')
    [line] = lines(log)
    assert line["message"] == 'one\ntwo "}\n{"level": "forged"}'


SECRETS = ("hunter2-hunter2", "c2Vzc2lvbi1rZXk", "Y3NyZi10b2tlbg", TOKEN, "cXVlcnktdG9rZW4")


def test_secrets_are_in_no_line(
    alice: Any, settings: Any, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.NOTIFICATION_BEARER = {
        "ISSUER": "https://issuer.test",
        "AUDIENCE": "us",
        "ALGORITHMS": ["HS256"],
        "KEY": "hunter2-hunter2-hunter2-hunter2-hunter2",
    }
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies["sessionid"] = "c2Vzc2lvbi1rZXk"
    client.cookies["csrftoken"] = "Y3NyZi10b2tlbg"
    lax = Client(raise_request_exception=False)
    sign_in = {"username": "alice", "password": "hunter2-hunter2"}
    query = {"query": "{ notifications { name } }"}

    client.post("/accounts/login/?token=cXVlcnktdG9rZW4", sign_in)
    lax.post("/accounts/login/?token=cXVlcnktdG9rZW4", sign_in)
    client.get("/nowhere/?token=cXVlcnktdG9rZW4", headers={"authorization": f"Bearer {TOKEN}"})
    client.post(
        "/graphql/", query, "application/json", headers={"authorization": f"Bearer {TOKEN}"}
    )
    lax.get("/accounts/reset/MQ/cXVlcnktdG9rZW4/")
    lax.get("/nowhere/reset/MQ/cXVlcnktdG9rZW4/")

    def fail(**_kwargs: Any) -> None:
        raise RuntimeError(f"headers: {{'Authorization': 'Bearer {TOKEN}'}}, {sign_in}")

    monkeypatch.setattr(preferences, "available", fail)
    lax.force_login(alice)
    lax.post("/graphql/", query, "application/json")
    monkeypatch.setattr("project.accounts.sign_in.address_of", fail)
    lax.post("/accounts/login/", sign_in)

    text = log.getvalue()
    assert text.count("Traceback") == 2
    assert not any("request" in line for line in lines(log))  # it prints its whole address
    assert {line["status"] for line in lines(log) if "route" in line} == {200, 401, 403, 404, 500}
    assert [secret for secret in (*SECRETS, str(lax.session.session_key)) if secret in text] == []


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer […]"),
        ("{'Authorization': 'Bearer hunter2hunter2'}", "{'Authorization': 'Bearer […]'}"),
        ("the token: basic", "the token: […]"),
        ("got Basic YWxpY2U6cGFzc3dvcmQ= instead", "got Basic […] instead"),
        (f"a token: {TOKEN}", "a token: […]"),
        (f"the token {TOKEN} of alice", "the token […] of alice"),
        ('{"password": "hunter2"}', '{"password": "[…]"}'),
        ("{'password1': 'hunter2', 'a': 'b'}", "{'password1': '[…]', 'a': 'b'}"),
        ("?password=hunter2&a=b", "?password=[…]&a=b"),
        ("Cookie: sessionid=c2Vzc2lvbg; csrftoken=dG9rZW4", "Cookie: […]; csrftoken=[…]"),
        ("postgres://me:hunter2@db/name", "postgres://me:[…]@db/name"),
        ("Not Found: /accounts/reset/MQ/a1-b2c3/", "Not Found: /accounts/reset/MQ/[…]/"),
        ("GET /preferences/unsubscribe/WyJh:1kq/ 200", "GET /preferences/unsubscribe/[…]/ 200"),
        (
            "A bearer token was refused: InvalidKeyError.",
            "A bearer token was refused: InvalidKeyError.",
        ),
        ("http://127.0.0.1:8000/graphql/", "http://127.0.0.1:8000/graphql/"),
        (
            "Forbidden (CSRF token missing.): /graphql/",
            "Forbidden (CSRF token missing.): /graphql/",
        ),
    ],
)
def test_what_looks_like_a_secret_is_blanked(log: StringIO, message: str, logged: str) -> None:
    logging.getLogger("any").warning("%s", message)
    assert [line["message"] for line in lines(log)] == [logged]


@effort(max_examples=1000)
@given(st.from_regex(SECRET))
@example("\N{LATIN SMALL LETTER LONG S}ecret=hunter2")
def test_no_secret_is_missed_for_want_of_a_hint(text: str) -> None:
    assert blanked(text) == SECRET.sub(r"\g<kept>[…]", text)


CONFIGURED = """
import json, logging, sys
from django.test import Client
[handler] = logging.getLogger().handlers
handler.setStream(sys.stdout)
Client().get("/nowhere/?token=hunter2", secure=True, headers={"host": "example.org"})
assert not logging.getLogger("django").handlers
"""


def test_production_logs_json(tmp_path: Path) -> None:
    found = [json.loads(line) for line in production(CONFIGURED, tmp_path).splitlines()]
    assert {line["logger"] for line in found} == {"django.request", "project.observability.logs"}
    assert len({line["request_id"] for line in found}) == 1


def test_production_can_log_as_django_does(tmp_path: Path) -> None:
    script = "import logging; print(logging.getLogger().handlers)"
    assert production(script, tmp_path, JSON_LOGS="false").strip() == "[]"
