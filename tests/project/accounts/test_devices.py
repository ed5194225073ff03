"""The cookie of a known device."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory

from project.accounts import devices
from project.accounts.devices import COOKIE, Device, DeviceMiddleware, device_of, remember

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def rates(settings: Any) -> Iterator[None]:
    settings.NOTIFICATION_RATES = {}
    cache.clear()
    yield
    cache.clear()


def request(cookie: str | None = None) -> Any:
    made = RequestFactory().get("/")
    if cookie is not None:
        made.COOKIES[COOKIE] = cookie
    return made


def cookie_of(*accounts: str) -> str:
    """Sign in with each account in turn on a new device, and return its cookie."""
    value: str | None = None
    for account in accounts:
        made = request(value)
        remember(made, account)
        value = DeviceMiddleware(lambda _: HttpResponse())(made).cookies[COOKIE].value
    assert value
    return value


def test_signing_in_sets_the_cookie(alice: Any, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    assert COOKIE not in client.post(LOGIN, {"username": "alice", "password": "no"}).cookies
    answer = client.post(LOGIN, {"username": "alice", "password": "password"}, secure=True)
    cookie = answer.cookies[COOKIE]
    assert {name: cookie[name] for name in ("httponly", "secure", "samesite", "path")} == {
        "httponly": True,
        "secure": True,
        "samesite": "Lax",
        "path": "/",
    }
    assert cookie["max-age"] == devices.AGE
    assert COOKIE not in client.get("/preferences/").cookies


def test_without_rates_there_is_no_cookie(alice: Any, settings: Any) -> None:
    settings.NOTIFICATION_RATES = None
    answer = Client().post(LOGIN, {"username": "alice", "password": "password"})
    assert COOKIE not in answer.cookies


def test_it_has_no_name_in_it() -> None:
    [key, *_] = signing.loads(cookie_of("alice"), salt="project.devices")
    assert "alice" not in key
    assert "alice" not in signing.loads(cookie_of("alice"), salt="project.devices")


def test_a_device_knows_the_latest_accounts() -> None:
    names = [f"user-{number}" for number in range(devices.ACCOUNTS + 1)]
    device = device_of(request(cookie_of(*names, names[1])))
    assert device
    assert [device.knows(name) for name in names] == [False] + [True] * devices.ACCOUNTS


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "nonsense",
        "a:b:c",
        "\ud800:a:b",
        "\x00",
        signing.dumps(["key"], salt="another"),
        "x" * 100_000,
    ],
    ids=["empty", "text", "parts", "surrogate", "NUL", "another salt", "long"],
)
def test_a_cookie_that_is_not_signed_is_none(cookie: str) -> None:
    assert device_of(request(cookie)) is None


def test_a_cookie_ends_after_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = cookie_of("alice")
    assert device_of(request(cookie)) is not None
    monkeypatch.setattr(devices, "AGE", -1)
    assert device_of(request(cookie)) is None


def test_each_device_has_a_key_of_its_own() -> None:
    one, other = (device_of(request(cookie_of("alice"))) for _ in range(2))
    assert isinstance(one, Device)
    assert isinstance(other, Device)
    assert one.digest("alice") != other.digest("alice")
