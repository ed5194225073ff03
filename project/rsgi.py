"""Application for Granian's interface RSGI, which keeps slow clients away from the worker's thread.

A WSGI server reads a body in the thread that answers, so that a client which sends half of a body
stops the thread. Here, an event loop reads bodies with limits on size and time, and the thread runs
Django's WSGI handler on complete requests.
"""

import asyncio
import io
import resource
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from granian import rsgi
from granian.rsgi import ProtocolClosed, ProtocolError  # type: ignore[attr-defined]

from project.wsgi import application as wsgi

MAX_OPEN_FILES = 65_536
TEXT = ("content-type", "text/plain; charset=utf-8")
TOO_SLOW = "The body of the request did not arrive in time."
SERVER = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
# Granian writes a file to a slow client without the thread, but not a part of a file.
IGNORED = {"range"}


class Application:
    """RSGI application with one thread for Django, and therefore one database connection."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)

    def __rsgi_init__(self, _loop: object) -> None:
        """Raise the limit of open connections of the worker as far as the machine allows."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        allowed = MAX_OPEN_FILES if most == resource.RLIM_INFINITY else min(most, MAX_OPEN_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))

    async def __rsgi__(self, scope: rsgi.Scope, protocol: Any) -> None:
        try:
            async with asyncio.timeout(settings.BODY_TIMEOUT):
                environ = _environ(scope, await _read(scope, protocol))
        except TimeoutError:
            protocol.response_str(408, [TEXT, ("connection", "close")], TOO_SLOW)
            return
        except (ProtocolClosed, ProtocolError):
            return  # the client is gone
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._thread, _answer, environ)
        if answer.path:
            protocol.response_file(answer.status, answer.headers, answer.path)
        else:
            protocol.response_bytes(answer.status, answer.headers, answer.body)


@dataclass(frozen=True, slots=True)
class Body:
    content: bytes
    length: str | None
    """Value of Content-Length, by which Django refuses large bodies."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    path: str = ""
    """Path of the file that is the body."""


class File:
    """File wrapper of WSGI, by which file responses are recognized."""

    def __init__(self, file: Any, _block_size: int = 0) -> None:
        self.file = file
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.file)


async def _read(scope: rsgi.Scope, protocol: Any) -> Body:
    """Return the body, or only its length if it is larger than Django allows."""
    length = scope.headers.get("content-length")
    if length is None and scope.http_version[0] == "1" and "transfer-encoding" not in scope.headers:
        return Body(b"", None)
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or sys.maxsize
    if length is not None and int(length) > limit:
        return Body(b"", length)
    size, chunks = 0, []
    async for chunk in protocol:
        size += len(chunk)
        if size > limit:
            return Body(b"", str(size))
        chunks.append(chunk)
    return Body(b"".join(chunks), str(size))


def _environ(scope: rsgi.Scope, body: Body) -> dict[str, Any]:
    """Return the request in WSGI's form."""
    host, _, port = scope.server.rpartition(":")
    environ = {
        **SERVER,
        **_headers(scope),
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body.content),
        "wsgi.file_wrapper": File,
    }
    if body.length is not None:
        environ["CONTENT_LENGTH"] = body.length
    return environ


def _headers(scope: rsgi.Scope) -> dict[str, str]:
    """Return headers by WSGI's names, without those that contain an underscore.

    WSGI could not distinguish them from headers with a hyphen.
    """
    found = {"HTTP_HOST": scope.authority} if scope.authority else {}
    for name, value in scope.headers.items():
        if "_" in name or name in IGNORED:
            continue
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        if key in found and key != "HTTP_HOST":
            value = f"{found[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"  # noqa: PLW2901
        found[key] = value
    return found


def _answer(environ: dict[str, Any]) -> Answer:
    """Return Django's answer."""
    started: list[tuple[int, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        started.append((int(status[:3]), headers))

    response: Any = wsgi(environ, start_response)  # type: ignore[arg-type]
    try:
        status, headers = started[-1]
        path = getattr(response.file, "name", "") if isinstance(response, File) else ""
        if isinstance(path, str) and path:
            return Answer(status, headers, path=path)
        return Answer(status, headers, b"".join(response))
    finally:
        response.close()


application = Application()
