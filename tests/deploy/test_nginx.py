"""nginx with project/deploy/nginx.conf before the service."""

import gzip
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests import slow
from tests.deploy.machine import Machine
from tests.docs.walkthrough import PASSWORD

TOKEN = "t" * 32
COOKIE = f"Cookie: csrftoken={TOKEN}", f"X-CSRFToken: {TOKEN}", "Origin: https://example.org"
BODY = slow.post("/graphql/", 1000, b"{ ", "Content-Type: application/json", *COOKIE)
HEADERS = b"GET / HTTP/1.1\r\nHost: example.org\r\nX-Slow: "
QUERY = {"query": "{ preferences { notifications { notification { name } } } }"}
LONG = {"query": "{" + " ".join(f"a{number}: __typename" for number in range(90)) + "}"}


def connect(machine: Machine) -> ssl.SSLSocket:
    context = ssl._create_unverified_context()  # noqa: S323, SLF001
    plain = socket.create_connection(("127.0.0.1", machine.https), timeout=10)
    return context.wrap_socket(plain, server_hostname="example.org")


@contextmanager
def held(machine: Machine, data: bytes, number: int) -> Iterator[list[ssl.SSLSocket]]:
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(machine)) for _ in range(number)]
        for connection in connections:
            connection.sendall(data)
        yield connections


@pytest.fixture
def browser(machine: Machine) -> Iterator[httpx.Client]:
    """A browser in which alice has signed in."""
    with machine.browser() as browser:
        browser.headers["Cookie"] = f"csrftoken={TOKEN}"
        browser.headers["Referer"] = browser.headers["Origin"] = "https://example.org"
        browser.headers["X-CSRFToken"] = TOKEN
        form = {"username": "alice", "password": PASSWORD}
        answer = browser.post("/accounts/login/", data=form)
        assert answer.status_code == 302, answer.text
        cookies = {**answer.cookies}
        browser.headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in cookies.items())
        browser.headers["X-CSRFToken"] = cookies["csrftoken"]
        browser.cookies.clear()
        yield browser


@pytest.mark.parametrize("data", [b"", HEADERS, BODY])
def test_slow_clients_keep_nobody_waiting(machine: Machine, data: bytes) -> None:
    with held(machine, data, 90), machine.browser() as browser:
        for _ in range(5):
            assert browser.get("/accounts/login/", timeout=2).status_code == 200


def test_slow_clients_are_given_up(machine: Machine) -> None:
    with held(machine, HEADERS, 1) as started, held(machine, BODY, 1) as half:
        answers = [slow.answer(connection, 15) for connection in started + half]
    assert all(answer == b"" or b" 408 " in answer for answer in answers)


def test_an_address_has_a_hundred_connections(machine: Machine) -> None:
    with held(machine, BODY, 105), machine.browser() as browser:
        assert browser.get("/accounts/login/").status_code == 503


def test_http_leads_to_https(machine: Machine) -> None:
    url = f"http://127.0.0.1:{machine.http}/preferences/?a=b"
    answer = httpx.get(url, headers={"Host": "example.org"})
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://example.org/preferences/?a=b"


def test_answers_of_the_api_are_compressed(browser: httpx.Client) -> None:
    answer = browser.post("/graphql/", json=LONG)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.json()["data"]) == 90
    assert browser.post("/graphql/", json=QUERY).json()["data"]["preferences"]


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password_reset/", "/preferences/"])
def test_pages_are_not_compressed(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_static_files_are_served_compressed(machine: Machine) -> None:
    with machine.browser() as browser:
        answer = browser.get("/static/project/page.css")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    file = machine.root / "srv/notifications/app/static/project/page.css"
    assert answer.content == file.read_bytes()
    assert gzip.decompress(file.with_suffix(".css.gz").read_bytes()) == file.read_bytes()


@pytest.mark.parametrize(("size", "status"), [(200_000, 400), (300_000, 413), (4_000_000, 413)])
def test_bodies_have_a_limit(browser: httpx.Client, size: int, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = browser.post("/graphql/", content=b"x" * size, headers=headers)
    assert answer.status_code == status


def test_a_body_in_chunks_is_read(browser: httpx.Client) -> None:
    chunks = iter([b'{"query": ', b'"{ __typename }"}'])
    headers = {"Content-Type": "application/json"}
    answer = browser.post("/graphql/", content=chunks, headers=headers)
    assert answer.json() == {"data": {"__typename": "Query"}}


def test_ids_of_requests_are_those_of_nginx(machine: Machine) -> None:
    with machine.browser() as browser:
        answer = browser.get("/accounts/login/", headers={"X-Request-ID": "0" * 32})
    assert len(answer.headers["X-Request-ID"]) == 32
    assert answer.headers["X-Request-ID"] != "0" * 32


def test_pages_have_their_headers(machine: Machine) -> None:
    with machine.browser() as browser:
        answer = browser.get("/accounts/login/")
    assert answer.headers["Strict-Transport-Security"] == "max-age=2592000"
    assert "Content-Security-Policy" in answer.headers
    assert answer.headers["Server"] == "nginx"


def test_another_host_is_refused(machine: Machine) -> None:
    with machine.browser() as browser:
        answer = browser.get("/accounts/login/", headers={"Host": "example.com"})
    assert answer.status_code == 400
