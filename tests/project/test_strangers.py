"""Views that answer strangers, also where a project asks everybody to sign in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from notifications.models import UserPrefs
from schema.http.responses import JSON
from tests.notifications.conftest import ON, make_notification
from tests.notifications.unsubscribe.test_unsubscribe import ONE_CLICK, link, provider

LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
QUERY = {"query": "{ viewer { username } }"}
OPEN = {
    "graphql",
    "notifications:unsubscribe",
    "login",
    "password_reset",
    "password_reset_done",
    "password_reset_confirm",
    "password_reset_complete",
    "admin:login",
}
"""Names of the views that answer strangers. All others ask them to sign in."""


@pytest.fixture(autouse=True)
def login_required(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, LOGIN_REQUIRED]


def patterns(resolver: Any, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from patterns(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join([*spaces, pattern.name or str(pattern.pattern)]), pattern.callback


@pytest.mark.parametrize("module", ["project.urls", "schema.urls", "notifications.urls"])
def test_these_views_and_no_others_are_open(module: str) -> None:
    spaces = ("notifications",) if module == "notifications.urls" else ()
    found = dict(patterns(get_resolver(module), spaces))
    assert found
    opened = {name for name, view in found.items() if not getattr(view, "login_required", True)}
    assert opened == OPEN & found.keys()


def test_a_provider_unsubscribes_without_signing_in(alice: Any) -> None:
    url = link(alice, make_notification("failed", email=ON))
    assert provider().get(url).status_code == 200
    assert not UserPrefs.objects.exists()
    assert provider().post(url, ONE_CLICK).status_code == 200
    assert UserPrefs.objects.get().notify is False


def test_a_link_that_does_not_work_is_a_404(db: None) -> None:
    url = reverse("notifications:unsubscribe", args=["nonsense"])
    assert provider().post(url, ONE_CLICK).status_code == 404


def test_the_api_answers_strangers(db: None) -> None:
    client = Client()
    assert client.post("/graphql/", QUERY, JSON).json() == {"data": {"viewer": None}}
    assert client.get("/graphql/", {"query": "{ __typename }"}).status_code == 200
    assert client.get("/graphql/", headers={"accept": "text/html"}).status_code == 200
    assert client.put("/graphql/", QUERY, JSON).status_code == 405


def test_the_api_knows_who_signed_in(client: Client, alice: Any) -> None:
    client.force_login(alice)
    answer = client.post("/graphql/", QUERY, JSON)
    assert answer.json() == {"data": {"viewer": {"username": "alice"}}}


@pytest.mark.parametrize("given", ["", "nonsense"])
def test_a_bad_bearer_token_is_a_401(db: None, settings: Any, given: str) -> None:
    settings.NOTIFICATION_BEARER = {
        "ISSUER": "https://issuer.test",
        "AUDIENCE": "preferences",
        "ALGORITHMS": ["HS256"],
        "KEY": "a secret of ours that is long enough for it",
    }
    headers = {"authorization": f"Bearer {given}"}
    response = Client().post("/graphql/", json.dumps(QUERY), JSON, headers=headers)
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_probes_are_answered(db: None, settings: Any, path: str) -> None:
    settings.METRICS_TOKEN = "t" * 32
    response = Client(headers={"authorization": f"Bearer {'t' * 32}"}).get(path)
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/", "/preferences/", "/admin/", "/accounts/password_change/"])
def test_other_pages_ask_to_sign_in(db: None, path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 302
    assert "/login/" in response["Location"]
