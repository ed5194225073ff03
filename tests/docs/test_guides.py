"""Examples of guides that need more than the convention of `examples`.

docs/guides/settings-page.md, docs/guides/trusted-documents.md and docs/guides/backends.md.
"""

import json
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest
from django.test import Client
from django.urls import include, path

from notifications.backends import (
    BaseBackend,
    Delivery,
    DeliveryFailed,
    InvalidAddress,
    WebhookBackend,
)
from notifications.models import Address, Backend, Notification, UserPrefs
from notifications.precedence import Source
from tests.docs.examples import examples
from tests.docs.pages import DOCS
from tests.notifications.settings_page.form_data import inputs


def code(page: str, language: str, part: str = "") -> str:
    """Return the one block of a page in this language that has a text in it."""
    blocks = examples(DOCS / page)
    [found] = [each.code for each in blocks if each.language == language and part in each.code]
    return found


def execute(code: str, **names: Any) -> dict[str, Any]:
    names = {"__name__": "example", **names}
    exec(compile(code, "example", "exec"), names)  # noqa: S102 - our own documentation
    return names


@pytest.fixture
def welcome(db: None) -> Notification:
    notification: Notification = Notification.objects.create(name="welcome")
    notification.backends.add(Backend.objects.create(name="email"))
    return notification


@pytest.fixture
def templates(settings: Any, tmp_path: Path) -> Path:
    """Return a folder of templates of the project."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    for folder in ("notifications", "shop"):
        (tmp_path / folder).mkdir()
    return tmp_path


def test_a_template_changes_a_block_of_the_settings_page(
    templates: Path, welcome: Notification, alice: Any, client: Client
) -> None:
    text = code("guides/settings-page.md", "html+django", "block introduction")
    (templates / "notifications/preferences.html").write_text(text, encoding="utf-8")
    client.force_login(alice)
    page = client.get("/preferences/").content.decode()
    assert "<p>Choose your notifications.</p>" in page
    assert 'name="welcome/email"' in page


@pytest.fixture
def own_page(templates: Path, settings: Any) -> str:
    """Return the path of the page that the guide builds."""
    text = code("guides/settings-page.md", "html+django", "management_form")
    (templates / "shop/settings.html").write_text(text, encoding="utf-8")
    view = execute(code("guides/settings-page.md", "python", "NotifierFormSet"))["settings"]
    urls: Any = ModuleType("urls")
    urls.urlpatterns = [path("own/", view, name="settings"), path("", include("project.urls"))]
    settings.ROOT_URLCONF = urls
    return "/own/"


def test_a_page_of_its_own_saves_what_changed(
    own_page: str, welcome: Notification, alice: Any, client: Client
) -> None:
    client.force_login(alice)
    page = client.get(own_page).content.decode()
    saved = client.post(own_page, {**inputs(page).data, "welcome/email": "on"})
    assert saved.status_code == 302
    assert list(UserPrefs.objects.values_list("user__pk", "notify")) == [(alice.pk, True)]


@pytest.mark.django_db
def test_a_trusted_document_is_executed_by_its_id(
    settings: Any, tmp_path: Path, alice: Any, client: Client
) -> None:
    manifest = tmp_path / "persisted-documents.json"
    manifest.write_text(code("guides/trusted-documents.md", "json", "viewer"), encoding="utf-8")
    setting = execute(code("guides/trusted-documents.md", "python"))["NOTIFICATION_GRAPHQL"]
    settings.NOTIFICATION_GRAPHQL = {**setting, "TRUSTED_DOCUMENTS": str(manifest)}
    client.force_login(alice)
    request = code("guides/trusted-documents.md", "json", "documentId")
    response = client.post("/graphql/", request, content_type="application/json")
    assert response.json() == {"data": {"viewer": {"username": "alice"}}}
    other = json.dumps({"query": "{ viewer { username } }"})
    [error] = client.post("/graphql/", other, content_type="application/json").json()["errors"]
    assert error["extensions"]["code"] == "PERSISTED_QUERY_ID_REQUIRED"


@pytest.mark.parametrize("is_paged", [True, False])
def test_a_backend_of_its_own_delivers(welcome: Notification, alice: Any, is_paged: bool) -> None:
    paged: list[tuple[Any, str]] = []

    def page(user: Any, text: str) -> bool:
        paged.append((user, text))
        return is_paged

    names = execute(code("guides/backends.md", "python", "DeliveryFailed"), page=page)
    backend = names["Pager"](welcome)
    if is_paged:
        backend.send(alice, {"message": "web1 is down."})
    else:
        with pytest.raises(DeliveryFailed):
            backend.send(alice, {"message": "web1 is down."})
    [(user, text)] = paged
    assert user == alice
    assert "web1 is down." in text


def test_a_text_message_goes_to_the_registered_number(welcome: Notification, alice: Any) -> None:
    sent: list[tuple[str, str]] = []
    names = execute(
        code("guides/backends.md", "python", "SMSBackend"),
        send_text=lambda number, text: sent.append((number, text)),
    )
    sms = names["SMSBackend"]
    number = sms.clean_address("+49 30 1234567")
    with pytest.raises(InvalidAddress):
        sms.clean_address("1234567")
    row = Backend.objects.create(name="sms")
    Address.objects.create(user=alice, backend=row, address=number)
    sms(welcome).send(alice, {"message": "Your order has left."})
    [(to, text)] = sent
    assert to == "+49301234567"
    assert "Your order has left." in text


def test_a_webhook_has_the_payload_and_a_signature(alice: Any) -> None:
    notification = Notification.objects.create(name="card-declined", display_name="Card declined")
    delivery = Delivery("1", Source.USER)
    context = {"message": "Your card was declined.", "last_digits": "4242", "delivery": delivery}
    backend, secret = WebhookBackend(notification), WebhookBackend.new_secret()
    BaseBackend.send(backend, alice, context)  # without the request
    expected = json.loads(code("guides/backends.md", "json", "card-declined"))
    body = backend.body()
    assert json.loads(body) == {**expected, "timestamp": json.loads(body)["timestamp"]}
    names = execute(
        code("guides/backends.md", "python", "standardwebhooks"),
        secret=secret,
        body=body,
        headers=backend.headers(body, secret),
    )
    assert names["payload"] == json.loads(body)


def test_the_session_of_a_backend_is_around_a_batch(welcome: Notification, alice: Any) -> None:
    opened: list[str] = []
    paged: list[str] = []

    class Connection:
        def __enter__(self) -> Self:
            opened.append("open")
            return self

        def __exit__(self, *_error: object) -> None:
            opened.append("closed")

        def page(self, _user: Any, text: str) -> None:
            paged.append(text)

    names = execute(
        code("guides/backends.md", "python", "contextmanager"),
        connect=lambda _host: Connection(),
    )
    backend = names["Pager"](welcome)
    with backend.session():
        backend.send(alice, {"message": "web1 is down."})
    assert opened == ["open", "closed"]
    assert len(paged) == 1
