"""The command that docs/guides/deployment.md gives for production serves the service."""

import os
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests import slow
from tests.benchmarks import servers

COOKIE = f"Cookie: csrftoken={'t' * 32}", f"X-CSRFToken: {'t' * 32}"
SIGN_IN = slow.post("/accounts/login/", 1000, b"a=", *COOKIE)
QUERY = slow.post("/graphql/", 1000, b"{ ", "Content-Type: application/json", *COOKIE)
HEADERS = b"GET /health/live HTTP/1.1\r\nHost: example.org\r\nX-Slow: "
CONNECTIONS = 900
HOST = {"Host": "example.org", "X-Forwarded-Proto": "https"}
TOKEN = "t" * 32


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    scratch = tmp_path_factory.mktemp("server")
    settings = {
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "DEBUG": "false",
        "SECRET_KEY": "only-for-tests",
        "ALLOWED_HOSTS": "example.org",
        "BEHIND_TLS_PROXY": "true",
        "DATABASE_URL": f"sqlite:///{scratch / 'db.sqlite3'}",
        "BODY_TIMEOUT": "2",
    }
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(migrate, cwd=servers.ROOT, env={**os.environ, **settings}, check=True)
    port = servers.free_port()
    with servers.running(servers.production(port), port, scratch / "log", **settings):
        yield f"http://127.0.0.1:{port}"


def test_it_is_ready(server: str) -> None:
    answer = httpx.get(f"{server}/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}}


def test_it_answers_a_query(server: str) -> None:
    headers = {
        **HOST,
        "Origin": "https://example.org",
        "Cookie": f"csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
    }
    answer = httpx.post(
        f"{server}/graphql/", json={"query": "{ viewer { username } }"}, headers=headers
    )
    assert answer.json() == {"data": {"viewer": None}}


def test_it_takes_nothing_without_a_token(server: str) -> None:
    answer = httpx.post(f"{server}/graphql/", json={"query": "{ viewer { id } }"}, headers=HOST)
    assert answer.status_code == 403


def _address(server: str) -> slow.Address:
    url = httpx.URL(server)
    return url.host, url.port or 0


def _query(**headers: str) -> dict[str, str]:
    return {
        **HOST,
        "Origin": "https://example.org",
        "Cookie": f"csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": "application/json",
        **headers,
    }


@pytest.mark.parametrize("data", [b"", HEADERS, SIGN_IN, QUERY])
def test_slow_clients_keep_nobody_waiting(server: str, data: bytes) -> None:
    with slow.held(_address(server), data, CONNECTIONS):
        for _ in range(10):
            assert httpx.get(f"{server}/health/live", timeout=1).status_code == 200


@pytest.mark.parametrize("data", [SIGN_IN, QUERY])
def test_a_body_that_does_not_arrive_is_given_up(server: str, data: bytes) -> None:
    assert slow.send(_address(server), data, 5).startswith(b"HTTP/1.1 408 ")


def test_headers_that_do_not_arrive_are_given_up(server: str) -> None:
    with (
        slow.held(_address(server), b"", 1) as silent,
        slow.held(_address(server), HEADERS, 1) as started,
    ):
        assert [slow.answer(connection, 15) for connection in silent + started] == [b"", b""]


def test_clients_that_leave_early_are_no_error(server: str) -> None:
    with slow.held(_address(server), QUERY, 5):
        pass
    assert httpx.get(f"{server}/health/live", timeout=1).status_code == 200


def test_garbage_after_requests_is_refused(server: str) -> None:
    request = b"GET /health/live HTTP/1.1\r\nHost: example.org\r\n\r\n"
    answer = slow.send(_address(server), request * 10 + b"\x00\xff\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 10
    assert answer.count(b"HTTP/1.1 400 Bad Request") == 1


def test_a_body_in_chunks_is_read(server: str) -> None:
    chunks = iter([b'{"query": "{ viewer', b' { username } }"}'])
    answer = httpx.post(f"{server}/graphql/", content=chunks, headers=_query())
    assert answer.json() == {"data": {"viewer": None}}


@pytest.mark.parametrize("path", ["/accounts/login/", "/graphql/", "/nowhere"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(server: str, path: str, chunked: bool) -> None:
    body = b"x" * 3_000_000
    content = iter([body[:2_000_000], body[2_000_000:]]) if chunked else body
    answer = httpx.post(f"{server}{path}", content=content, headers=_query())
    assert answer.status_code == 413


def test_a_header_with_an_underscore_is_ignored(server: str) -> None:
    headers = {"Host": "example.org", "X_Forwarded_Proto": "https"}
    assert httpx.get(f"{server}/accounts/login/", headers=headers).status_code == 301


def test_repeated_headers_become_one(server: str) -> None:
    cookies = [("Cookie", f"csrftoken={TOKEN}"), ("Cookie", "a=b")]
    headers = [item for item in _query().items() if item[0] != "Cookie"] + cookies
    answer = httpx.post(
        f"{server}/graphql/", content=b'{"query": "{ __typename }"}', headers=headers
    )
    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("path", ["/", "/%FF%00", "/nowhere/%C3%A4?x=%FF&y=%C3%A4"])
def test_any_path_is_answered(server: str, path: str) -> None:
    assert httpx.get(f"{server}{path}", headers=HOST).status_code in {302, 400, 404}
