"""Browser of a user, and Django between it and a view: middleware, session and CSRF."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client

from tests.benchmarks.harness import require


class Browser:
    """Browser that posts JSON, signed in if there is a user."""

    def __init__(self, user: Any) -> None:
        secret = _get_new_csrf_string()
        self.headers = {
            "Host": "localhost",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={_session(user)}; csrftoken={secret}",
            "X-CSRFToken": secret,
        }
        self._handler = WSGIHandler()

    def post(self, path: str, body: bytes) -> bytes:
        """Return the body of the answer, as a server would send it. Raises WrongAnswer."""
        statuses: list[str] = []

        def start(status: str, *_rest: object) -> Callable[[bytes], object]:
            statuses.append(status)
            return str

        environ = {**self.environ(path, body), "wsgi.input": BytesIO(body)}
        response = self._handler(environ, start)
        answer = b"".join(response)
        response.close()
        require(statuses == ["200 OK"], f"{path} answers {statuses}: {answer[:500]!r}")
        return answer

    def environ(self, path: str, body: bytes) -> dict[str, str]:
        """Return the WSGI environment of a request, without its body."""
        headers = {
            f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in self.headers.items()
            if name != "Content-Type"
        }
        return {
            **headers,
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": self.headers["Content-Type"],
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
        }


def _session(user: Any) -> str:
    if not user.is_authenticated:
        return ""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def graphql(query: str, **variables: Any) -> bytes:
    """The body of a request."""
    return json.dumps({"query": query, "variables": variables}).encode()
