"""Pages of other origins: none unless listed, then the API alone, and without cookies."""

from typing import Any

import pytest
from django.test import Client

from tests.project.test_settings import PRODUCTION, value_of

SHOP = "https://shop.test"
CORS = "corsheaders.middleware.CorsMiddleware"


def preflight(path: str = "/graphql/", origin: str = SHOP) -> Any:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    return Client(headers=headers).options(path)


def granted(response: Any) -> dict[str, str]:
    return {
        name.lower().removeprefix("access-control-"): value
        for name, value in response.items()
        if name.lower().startswith("access-control-")
    }


def post(origin: str = SHOP) -> Any:
    return Client(headers={"origin": origin}).post(
        "/graphql/", {"query": "{ viewer { id } }"}, "application/json"
    )


@pytest.fixture
def shop(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [SHOP]
    settings.MIDDLEWARE = [CORS, *settings.MIDDLEWARE]


def test_nobody_may_unless_listed(db: None) -> None:
    assert granted(preflight()) == granted(post()) == {}


def test_without_origins_no_header_is_sent() -> None:
    listed = value_of("settings.MIDDLEWARE", CORS_ALLOWED_ORIGINS=SHOP, **PRODUCTION)
    unlisted = value_of("settings.MIDDLEWARE", **PRODUCTION)
    assert listed.replace(f"'{CORS}', ", "") == unlisted != listed


def test_who_is_listed_may_send_a_token(db: None, shop: None) -> None:
    answer = granted(preflight())
    assert answer["allow-origin"] == SHOP
    assert "authorization" in answer["allow-headers"]
    assert answer["allow-methods"] == "POST"
    assert "allow-credentials" not in answer
    assert granted(post()).keys() == {"allow-origin", "expose-headers"}


@pytest.mark.parametrize(
    "origin",
    ["http://shop.test", "https://shop.test:444", "https://shop.test.evil.test", "null", ""],
)
def test_who_is_not_listed_may_not(db: None, shop: None, origin: str) -> None:
    assert granted(preflight(origin=origin)) == granted(post(origin)) == {}


@pytest.mark.parametrize("path", ["/preferences/", "/accounts/login/", "/admin/", "/graphql/x"])
def test_the_api_alone_is_open(db: None, shop: None, path: str) -> None:
    assert granted(preflight(path)) == {}


def test_cookies_are_for_the_configured(db: None, shop: None, settings: Any) -> None:
    settings.CORS_ALLOW_CREDENTIALS = True
    assert granted(preflight())["allow-credentials"] == "true"
    assert granted(post())["allow-credentials"] == "true"


def test_caches_tell_origins_apart(db: None, shop: None) -> None:
    for response in (preflight(), post(), post("https://other.test")):
        assert "origin" in response["Vary"].lower()
