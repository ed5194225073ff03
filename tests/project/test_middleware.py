"""Requests that no page takes are refused by their headers, whatever their path."""

from typing import Any

import pytest
from django.test import Client

from tests.schema.http.test_guard import MULTIPART, PARTS, Unreadable

PATHS = ["/", "/accounts/login/", "/admin/login/", "/preferences/", "/preferences/unsubscribe/x/"]
NOWHERE = ["/nothing", "/accounts/nothing/", "/static/nothing.css"]
FORM = "application/x-www-form-urlencoded"


def send(path: str, type_: str = MULTIPART, **environ: Any) -> Any:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "t" * 32
    unread: dict[str, Any] = {"wsgi.input": Unreadable(), "CONTENT_LENGTH": str(len(PARTS))}
    headers = {"x-csrftoken": "t" * 32, **environ.pop("headers", {})}
    return client.generic("POST", path, PARTS, type_, headers=headers, **{**unread, **environ})


def assert_refused(response: Any, status: int) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("type_", [MULTIPART, FORM, "application/octet-stream", ""])
@pytest.mark.parametrize("path", [*PATHS, *NOWHERE])
def test_a_large_body_is_refused_unread(db: None, path: str, type_: str) -> None:
    assert_refused(send(path, type_, CONTENT_LENGTH=str(200 * 2**20)), 413)


@pytest.mark.parametrize("path", [*PATHS, *NOWHERE])
def test_a_body_without_its_length_is_refused(db: None, path: str) -> None:
    chunked: dict[str, Any] = {"CONTENT_LENGTH": "", "headers": {"transfer-encoding": "chunked"}}
    assert_refused(send(path, **chunked), 411)


@pytest.mark.parametrize("charset", ["utf-7", "base64", "latin-1", "unicode_escape", "nonsense"])
@pytest.mark.parametrize("path", [*PATHS, *NOWHERE])
def test_text_is_in_utf_8(db: None, path: str, charset: str) -> None:
    for type_ in (MULTIPART, FORM, "text/plain"):
        assert_refused(send(path, f"{type_}; charset={charset}"), 415)


@pytest.mark.parametrize("size", ["-1", "abc", "9" * 5000])
def test_a_length_that_is_no_number_is_refused(db: None, size: str) -> None:
    assert_refused(send("/accounts/login/", CONTENT_LENGTH=size), 400)


@pytest.mark.parametrize("path", ["/nothing?%00", "/accounts/login/?next=%00", "/admin/?a%00=1"])
def test_a_query_has_no_nul(db: None, path: str) -> None:
    assert_refused(Client().get(path), 400)


@pytest.mark.parametrize("type_", [f"{FORM}; charset=UTF-8", FORM, f"{MULTIPART}; charset=utf-8"])
def test_usual_forms_are_taken(db: None, alice: Any, type_: str) -> None:
    form = b"username=alice&password=password"
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % pair
        for pair in ((b"username", b"alice"), (b"password", b"password"))
    )
    body = form if type_.startswith(FORM) else parts + b"--x--\r\n"
    assert Client().generic("POST", "/accounts/login/", body, type_).status_code == 302
