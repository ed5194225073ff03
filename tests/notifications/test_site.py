"""Links in messages: absolute URLs of this site, in the language of the recipient."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_script_prefix, set_script_prefix
from django.utils.translation import get_language, override

from notifications import site
from notifications.backends import BaseBackend, EmailBackend, InboxBackend, WebhookBackend
from tests.notifications.conftest import ON, addressed, make_notification

SITE = "https://forge.example.org"
PATHS = "tests.notifications.urls_with_languages"


@pytest.fixture
def failed(db: None) -> Any:
    return make_notification("failed", email=ON)


class Post(BaseBackend):
    name = "post"

    def send(self, user: Any, context: Any = None) -> Any:
        super().send(user, context)
        return self.context["url"]


@pytest.fixture
def prefix() -> Iterator[Any]:
    """Function that sets the script prefix as a request with that SCRIPT_NAME does."""
    before = get_script_prefix()
    yield set_script_prefix
    set_script_prefix(before)


@pytest.mark.parametrize("requested", ["/", "/app/", "/other/"])
@pytest.mark.parametrize("forced", [None, "/app", "/other/"])
@pytest.mark.parametrize("url", [f"{SITE}/app", f"{SITE}/app/"])
def test_path_of_the_site_is_in_links_once(
    settings: Any, prefix: Any, requested: str, forced: str | None, url: str
) -> None:
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": url}
    settings.FORCE_SCRIPT_NAME = forced
    prefix(requested)
    assert site.reverse_url("notifications:preferences") == f"{SITE}/app/preferences/"
    assert site.site_url("/x/") == f"{SITE}/app/x/"
    assert site.absolute_url("/x/") == f"{SITE}/app/x/"
    assert site.absolute_url("/app/x/") == f"{SITE}/app/x/"
    assert get_script_prefix() == requested


@pytest.mark.parametrize(
    ("forced", "requested", "path"),
    [
        (None, "/", ""),
        (None, "/app/", "/app"),
        ("/app", "/", "/app"),
        ("/app/", "/app/", "/app"),
    ],
)
def test_script_prefix_is_in_links_once(
    settings: Any, prefix: Any, forced: str | None, requested: str, path: str
) -> None:
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": SITE}
    settings.FORCE_SCRIPT_NAME = forced
    prefix(requested)
    assert site.reverse_url("notifications:preferences") == f"{SITE}{path}/preferences/"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/orders/7?a=1#b", f"{SITE}/orders/7?a=1#b"),
        ("orders/7", f"{SITE}/orders/7"),
        ("?page=2", f"{SITE}/?page=2"),
        ("/bestellung/ä b", f"{SITE}/bestellung/ä b"),
        ("///x", f"{SITE}///x"),
        ("\\\\host\\x", f"{SITE}/\\\\host\\x"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        ("https://other.example.org/x", "https://other.example.org/x"),
        ("HTTP://other.example.org", "HTTP://other.example.org"),
        (" /x\n", f"{SITE}/x"),
        ("", ""),
        ("mailto:eve@example.org", ""),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https:x", ""),
        ("https://[", ""),
    ],
)
def test_url_of_a_context_becomes_absolute(
    failed: Any, alice: Any, settings: Any, given: str, expected: str
) -> None:
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": SITE}
    assert Post(failed).send(alice, {"url": given}) == expected
    entry = InboxBackend(failed)
    entry.send(alice, {"url": given})
    assert entry.context["url"] == (given.strip() if expected else "")


def test_mails_and_webhooks_have_absolute_urls(
    failed: Any, alice: Any, settings: Any, mailoutbox: Any
) -> None:
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": SITE}
    addressed(alice)
    EmailBackend(failed).send(alice, {"url": "/x"})
    assert f"\n{SITE}/x\n" in mailoutbox[0].body
    webhook = WebhookBackend(failed)
    BaseBackend.send(webhook, alice, {"url": "/x"})
    data = json.loads(webhook.body())["data"]
    assert data["context"]["url"] == f"{SITE}/x"
    assert f"{SITE}/x" in data["text"]


@pytest.mark.parametrize("given", [None, 7, ["/x"]])
def test_other_values_of_url_are_kept(failed: Any, alice: Any, given: Any) -> None:
    assert Post(failed).send(alice, {"url": given}) == given


def test_without_a_site_a_relative_url_is_kept(failed: Any, alice: Any, settings: Any) -> None:
    settings.NOTIFICATION_MESSAGES = {}
    assert Post(failed).send(alice, {"url": "/x"}) == "/x"
    assert Post(failed).send(alice, {"url": "javascript:x"}) == ""


@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize(
    ("default", "language", "path"),
    [
        ("en-us", None, "/en/"),
        ("en-us", "de-at", "/de/"),
        ("en", "de", "/de/"),
        ("de-de", "xx", "/de/"),
    ],
)
def test_links_have_the_language_of_the_recipient(
    failed: Any, alice: Any, settings: Any, default: str, language: Any, path: str, prefixed: bool
) -> None:
    settings.ROOT_URLCONF = PATHS if prefixed else f"{PATHS}_unprefixed"
    settings.LANGUAGE_CODE = default
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": SITE, "USER_LANGUAGE": "language"}
    alice.language = language
    addressed(alice)
    with override(None):
        backend = EmailBackend(failed)
        backend.send(alice)
        urls = [backend.delivery.unsubscribe_url, backend.delivery.settings_url]
        assert get_language() is None
    for url in urls:
        assert url.startswith(f"{SITE}{path}")
    assert Client().get(urls[0].removeprefix(SITE)).status_code == 200


def test_default_language_can_have_no_prefix(failed: Any, alice: Any, settings: Any) -> None:
    settings.ROOT_URLCONF = f"{PATHS}_unprefixed"
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": SITE, "USER_LANGUAGE": "language"}
    alice.language = "en-GB"
    addressed(alice)
    backend = EmailBackend(failed)
    with override("de"):
        backend.send(alice)
    assert backend.delivery.settings_url == f"{SITE}/preferences/"
