"""Requests that Django's handlers cannot build are refused, by WSGI and by ASGI."""

import asyncio
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import pytest

from project import asgi, wsgi

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = [
    ("application/x-www-form-urlencoded; charset=base64", 415),
    ("application/json; charset=rot13", 415),
    ("text/html; charset=undefined", 415),
    ("text/html; base64*; base64*0*;;", 400),
    ("text/html; name*=nothing'en'%FF", 400),
    ("text/html; charset*=unknown''utf-8", 400),
]
PATHS = ["/graphql/", "/accounts/login/", "/nowhere"]


def by_wsgi(path: str, content_type: str, method: str = "POST") -> int:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "a=b",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": "2",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.input": BytesIO(b"{}"),
    }
    started: list[str] = []
    response: Any = wsgi.application(environ, lambda status, _headers: started.append(status))  # type: ignore[arg-type]
    response.close()
    return int(started[0][:3])


def by_asgi(
    path: str, content_type: str, *chunks: bytes, length: int | None = None, silent: bool = False
) -> int:
    """Return the status, 0 if there is no answer."""
    sizes = [] if length is None else [(b"content-length", str(length).encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"a=b",
        "headers": [(b"host", b"testserver"), (b"content-type", content_type.encode()), *sizes],
    }
    messages: Iterator[dict[str, Any]] = iter(
        {"type": "http.request", "body": chunk, "more_body": silent or chunk is not chunks[-1]}
        for chunk in chunks
    )
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        if message := next(messages, None):
            return message
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(asgi.application(scope, receive, send))
    return statuses[0] if statuses else 0


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("content_type", "status"), REFUSED)
def test_content_types_that_cannot_be_parsed(path: str, content_type: str, status: int) -> None:
    assert by_wsgi(path, content_type) == status
    assert by_wsgi(path, content_type, "GET") == status
    assert by_asgi(path, content_type, b"{}") == status


@pytest.mark.parametrize("length", [None, 3_000_000])
@pytest.mark.parametrize("path", PATHS)
def test_asgi_stops_reading_a_large_body(path: str, length: int | None) -> None:
    chunks = [b"x" * 100_000] * 29 + [b"y"]
    assert by_asgi(path, "application/json", *chunks, length=length, silent=True) == 413


def test_asgi_gives_up_a_slow_body(settings: Any) -> None:
    settings.BODY_TIMEOUT = 0.1
    assert by_asgi("/graphql/", "application/json", b"{", silent=True) == 0
