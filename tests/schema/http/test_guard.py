"""Checks before the view: type and size of the body, then the CSRF token."""

import json
from typing import Any

import pytest
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from schema.http.responses import GRAPHQL_RESPONSE, JSON
from schema.views import GraphQLView
from tests.schema.conftest import Graphql

QUERY = json.dumps({"query": "{ viewer { username } }"}).encode()
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
FORM = b"a=1&csrfmiddlewaretoken=x"
PARTS = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
MULTIPART = "multipart/form-data; boundary=x"
OTHERS = {
    "": QUERY,
    "text/plain": QUERY,
    "application/graphql": b"{ viewer { username } }",
    "application/jsonp": QUERY,
    "application/octet-stream": b"\0\xff",
    "application/x-www-form-urlencoded": FORM,
    "application/x-www-form-urlencoded; charset=latin-1": FORM,
    "application/x-www-form-urlencoded; charset=base64": FORM,
    MULTIPART: PARTS,
    f"{MULTIPART}; charset=utf-7": PARTS,
    f"{MULTIPART}; charset=base64": PARTS,
    f"{MULTIPART}; charset=nonsense": PARTS,
    "multipart/form-data": PARTS,
    "multipart/form-data; boundary=y": PARTS,
    "multipart/form-data; boundary=": PARTS,
    f"multipart/form-data; boundary={'x' * 500}": PARTS,
    "multipart/mixed; boundary=x": PARTS,
    f"{JSON}; charset=latin-1": QUERY,
    f"{JSON}; charset=utf-16": QUERY.decode().encode("utf-16"),
    f"{JSON}; charset=base64": QUERY,
    f"{JSON}, {JSON}": QUERY,
}


class Subclass(GraphQLView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)


@method_decorator(csrf_exempt, name="dispatch")
class Exempt(GraphQLView):
    pass


def within(request: HttpRequest) -> HttpResponseBase:
    return GraphQLView.as_view()(request)


urlpatterns = [
    path("plain/", GraphQLView.as_view(), name="graphql"),
    path("subclass/", Subclass.as_view()),
    path("never-cache/", never_cache(GraphQLView.as_view())),
    path("protected/", csrf_protect(GraphQLView.as_view())),
    path("within/", within),
    path("exempt/", csrf_exempt(GraphQLView.as_view())),
    path("exempt-class/", Exempt.as_view()),
    path("exempt-within/", csrf_exempt(within)),
    path("login/", login_required(GraphQLView.as_view()), name="login"),
]


class Unreadable:
    """Body that must not be read."""

    def read(self, *_args: Any) -> bytes:
        raise AssertionError

    readline = read


@pytest.fixture
def browser(graphql: Graphql, alice: Any) -> Client:
    """Alice's browser with CSRF checks and the cookie of a token."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(alice)
    client.cookies["csrftoken"] = "t" * 32
    return client


TOKEN = {"x-csrftoken": "t" * 32}


def send(client: Client, body: bytes, type_: str, url: str = "/graphql/", **environ: Any) -> Any:
    headers = {**TOKEN, **environ.pop("headers", {})}
    given = {"CONTENT_LENGTH": str(len(body)), **environ}
    return client.generic("POST", url, body, type_, headers=headers, **given)


def assert_refused(response: Any, status: int, code: str = "BAD_USER_INPUT") -> None:
    assert response.status_code == status, response.content
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": code}
    assert "data" not in response.json()


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE, "text/html"])
@pytest.mark.parametrize("type_", OTHERS)
def test_other_types_are_refused_unread(browser: Client, type_: str, accept: str) -> None:
    unread: dict[str, Any] = {"wsgi.input": Unreadable(), "headers": {"accept": accept}}
    assert_refused(send(browser, OTHERS[type_], type_, **unread), 415)


@pytest.mark.parametrize("type_", OTHERS)
def test_other_types_are_refused_without_a_token_or_user(graphql: Graphql, type_: str) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    unread: dict[str, Any] = {"wsgi.input": Unreadable(), "headers": {"x-csrftoken": ""}}
    assert_refused(send(client, OTHERS[type_], type_, **unread), 415)


@pytest.mark.parametrize("size", ["250001", "2000000000", "9" * 19])
def test_a_body_that_is_too_large_is_refused_unread(browser: Client, size: str) -> None:
    unread: dict[str, Any] = {"wsgi.input": Unreadable(), "CONTENT_LENGTH": size}
    assert_refused(send(browser, QUERY, JSON, **unread), 413, "LIMIT_EXCEEDED")


@pytest.mark.parametrize("size", ["-1", "1.5", "abc", "1_000", "\u0661", "9" * 5000, "0x10"])
def test_an_invalid_length_is_refused(browser: Client, size: str) -> None:
    assert_refused(send(browser, QUERY, JSON, CONTENT_LENGTH=size), 400)


def test_a_body_without_its_length_is_refused(browser: Client) -> None:
    chunked: dict[str, Any] = {"CONTENT_LENGTH": "", "headers": {"transfer-encoding": "chunked"}}
    assert_refused(send(browser, QUERY, JSON, **chunked), 411)


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "nonsense", "latin-1"])
def test_query_strings_are_in_utf_8(browser: Client, charset: str) -> None:
    """Django decodes it by the charset of the body."""
    response = browser.get(
        "/graphql/?query={__typename}&operationName=%2b2AA-",
        CONTENT_TYPE=f"text/plain; charset={charset}",
    )
    assert_refused(response, 415)


def test_too_many_parameters_are_refused(browser: Client) -> None:
    assert_refused(browser.get("/graphql/?" + "a=&" * 10_001), 400)


def test_a_connection_that_breaks_is_a_400(browser: Client) -> None:
    class Broken:
        def read(self, *_args: Any) -> bytes:
            raise OSError

        readline = read

    broken: dict[str, Any] = {"wsgi.input": Broken()}
    assert_refused(send(browser, QUERY, JSON, **broken), 400)


CHECKED = ["plain", "subclass", "never-cache", "protected", "within", "login"]


@pytest.mark.urls("tests.schema.http.test_guard")
@pytest.mark.parametrize("middleware", [True, False])
@pytest.mark.parametrize("name", CHECKED)
def test_all_paths_to_the_view_check_the_token(
    browser: Client, settings: Any, name: str, middleware: bool
) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if middleware or each != CSRF]
    answer = send(browser, QUERY, JSON, f"/{name}/")
    assert answer.json() == {"data": {"viewer": {"username": "alice"}}}
    for token in ("", "u" * 32, "\xff", "t" * 33):
        refused = send(browser, QUERY, JSON, f"/{name}/", headers={"x-csrftoken": token})
        assert refused.status_code == 403
        assert b"alice" not in refused.content


@pytest.mark.urls("tests.schema.http.test_guard")
@pytest.mark.parametrize("name", ["plain", "subclass"])
def test_a_wrong_token_gets_a_graphql_error(browser: Client, settings: Any, name: str) -> None:
    for headers in ({"x-csrftoken": ""}, {"origin": "https://attacker.test"}, {"origin": "//["}):
        refused = send(browser, QUERY, JSON, f"/{name}/", headers=headers)
        assert_refused(refused, 403, "CSRF_FAILED")


@pytest.mark.urls("tests.schema.http.test_guard")
@pytest.mark.parametrize("name", ["exempt", "exempt-class", "exempt-within"])
def test_a_project_can_exempt_the_view(browser: Client, name: str) -> None:
    answer = send(browser, QUERY, JSON, f"/{name}/", headers={"x-csrftoken": ""})
    assert answer.json() == {"data": {"viewer": {"username": "alice"}}}


def test_a_view_without_a_url_checks_no_token(graphql: Graphql) -> None:
    request = RequestFactory().post("/", QUERY, JSON)
    response: Any = GraphQLView.as_view()(request)
    assert json.loads(response.content) == {"data": {"viewer": None}}


@pytest.mark.parametrize("type_", [MULTIPART, "multipart/form-data", "text/plain"])
def test_bodies_with_a_bearer_token_are_checked(
    graphql: Graphql, settings: Any, type_: str
) -> None:
    settings.NOTIFICATION_BEARER = {
        "ISSUER": "https://issuer.test",
        "AUDIENCE": "preferences",
        "ALGORITHMS": ["HS256"],
        "KEY": "a secret of ours that is long enough for it",
    }
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    unread: dict[str, Any] = {"wsgi.input": Unreadable(), "headers": {"authorization": "Bearer x"}}
    assert_refused(send(client, PARTS, type_, **unread), 401, "UNAUTHENTICATED")
