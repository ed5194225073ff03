"""Texts of the catalogue are stored untranslated, and translated for each reader.

The texts are some that Django translates.
"""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, ngettext_lazy, override, pgettext_lazy

from notifications.backends import EmailBackend
from notifications.catalogue import Catalogue, declared, register, specs, sync
from notifications.errors import InvalidCatalogue, InvalidNotification
from notifications.inbox import reads
from notifications.models import Backend, Notification
from notifications.settings_page.forms import NotifierFormSet
from notifications.shortcuts import create_notification, send_notification
from notifications.unsubscribe import links

HERE = "tests.notifications.catalogue.test_translating"
ENGLISH = ["password", "groups", "permissions", "email address", "users"]
GERMAN = ["Passwort", "Gruppen", "Berechtigungen", "E-Mail-Adresse", "Benutzer"]
QUERY = """{
  preferences { notifications {
    notification { displayName description category backends { displayName description } }
    cells { backend { displayName } }
  } }
}"""


class Post(EmailBackend):
    name = "post"
    display_name = gettext_lazy("email address")  # type: ignore[assignment]
    description = gettext_lazy("users")  # type: ignore[assignment]


@pytest.fixture
def catalogue(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Catalogue that `migrate` syncs with German as the active language."""
    monkeypatch.setattr(specs, "_registered", [])
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Post", "notifications.backends.InboxBackend"]
    with override("de"):
        register(
            "reset",
            display_name=gettext_lazy("password"),
            description=gettext_lazy("groups"),
            category=gettext_lazy("permissions"),
            backends=["post", "inbox"],
            default=["post", "inbox"],
        )
        sync(declared())
    return settings


def test_stored_text_is_the_message_id(catalogue: Any) -> None:
    row, backend = Notification.objects.get(), Backend.objects.get(name="post")
    stored = [row.display_name, row.description, row.category]
    assert [*stored, backend.display_name, backend.description] == ENGLISH
    with override("de"):
        assert sync(declared()).lines() == ["= 3 unchanged"]


@pytest.mark.parametrize("ids", [False, True])
def test_api_translates_texts_for_each_reader(
    catalogue: Any, alice: Any, client: Client, ids: bool
) -> None:
    client.force_login(alice)
    query = QUERY.replace("cells {", "cells { id") if ids else QUERY
    for language, texts in [("en", ENGLISH), ("de", GERMAN)] * 2:
        answer = client.post(
            "/graphql/",
            {"query": query},
            content_type="application/json",
            headers={"Accept-Language": language},
        ).json()
        [row] = answer["data"]["preferences"]["notifications"]
        about = row["notification"]
        backend = about["backends"][0]
        assert [
            about["displayName"],
            about["description"],
            about["category"],
            backend["displayName"],
            backend["description"],
        ] == texts
        assert row["cells"][0]["backend"]["displayName"] == texts[3]


@pytest.mark.parametrize(("language", "texts"), [("en", ENGLISH), ("de", GERMAN)])
def test_pages_translate_texts_for_each_reader(
    catalogue: Any, alice: Any, admin: Any, client: Client, language: str, texts: list[str]
) -> None:
    read = {"Accept-Language": language}
    key = Notification.objects.get().pk
    token = links.token(user=alice.pk, notification=key, backend="post")
    client.force_login(alice)
    page = client.get("/preferences/", headers=read).content.decode()
    assert all(text in page for text in texts)
    link = client.get(reverse("notifications:unsubscribe", args=[token]), headers=read)
    assert f"{texts[0]}" in link.content.decode()
    with override(language):
        formset = NotifierFormSet(alice)
        assert [(name, forms[0].title) for name, forms in formset.sections] == [
            (texts[2], texts[0])
        ]
    client.force_login(admin)
    for model, rendered in ("notification", (texts[0], texts[2])), ("backend", texts[3:4]):
        address = reverse(f"admin:notifications_{model}_changelist")
        listed = client.get(address, headers=read).content.decode()
        assert all(f">{text}<" in listed for text in rendered)


@pytest.mark.parametrize(("language", "texts"), [("en", ENGLISH), ("de", GERMAN)])
def test_messages_translate_texts_for_the_recipient(
    catalogue: Any,
    alice: Any,
    language: str,
    texts: list[str],
    django_capture_on_commit_callbacks: Any,
) -> None:
    catalogue.LANGUAGE_CODE = language
    address = {alice.get_email_field_name(): "alice@example.org"}
    type(alice)._default_manager.filter(pk=alice.pk).update(**address)
    alice.refresh_from_db()
    with override("de" if language == "en" else "en"):
        with django_capture_on_commit_callbacks(execute=True):
            send_notification("reset", alice)
        [entry] = reads.read(user=alice, first=9).items
        assert (entry.title(), entry.text()) == (texts[0], texts[1])
    [message] = mail.outbox
    assert message.subject.endswith(texts[0])
    assert texts[1] in message.body


def test_create_notification_accepts_lazy_texts(db: None) -> None:
    with override("de"):
        row = create_notification("reset", gettext_lazy("password"))
        create_notification("reset", gettext_lazy("password"))
    row.refresh_from_db()
    assert row.display_name == "password"
    with override("de"):
        assert str(row) == "Passwort"
        assert create_notification(
            "x", format_lazy("{}!", gettext_lazy("groups"))
        ).display_name == ("groups!")


@pytest.mark.parametrize(
    "text", [pgettext_lazy("context", "password"), ngettext_lazy("one", "many", 2)]
)
def test_contexts_and_plurals_are_mistakes(
    db: None, monkeypatch: pytest.MonkeyPatch, text: Any
) -> None:
    mistake = r"display_name has a context or a plural form\. Allowed: text, gettext_lazy\(text\)\."
    with pytest.raises(InvalidNotification, match=mistake):
        create_notification("reset", text)
    monkeypatch.setattr(specs, "_registered", [])
    register("reset", display_name=text)
    with pytest.raises(InvalidCatalogue, match=mistake):
        sync(declared())
    with pytest.raises(InvalidCatalogue, match=mistake):
        sync(Catalogue((specs.BackendSpec("fax", text),)))
    assert not Notification.objects.exists()
