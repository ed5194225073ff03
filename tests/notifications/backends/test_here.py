"""What is delivered without leaving: the inbox and the console; and what all backends share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.sites.shortcuts import get_current_site
from django.db import connection

from notifications import messages
from notifications.backends import BaseBackend, ConsoleBackend, InboxBackend
from notifications.backends import base as backends_base


def test_the_inbox_hands_over_nothing(
    failed: Any, alice: Any, django_assert_num_queries: Callable[..., Any]
) -> None:
    assert InboxBackend.transactional
    assert InboxBackend.send is BaseBackend.send
    with django_assert_num_queries(0):
        InboxBackend(failed).send(alice, {"message": "It broke."})


def test_an_entry_of_the_inbox_is_rendered_when_it_is_shown(
    failed: Any, alice: Any, templates: Callable[..., None], settings: Any
) -> None:
    backend = InboxBackend(failed)
    shown = backend.show(alice, {"message": "1 < 2"})
    assert shown == "1 < 2"
    assert backend.heading(alice) == "Pipeline failed"
    templates(**{"inbox.txt": "{{ notification }}!"})
    assert backend.show(alice) == "Pipeline failed!"
    templates(**{"failed_inbox.txt": "{% load i18n %}{% translate 'Save' %} {{ message }}"})
    settings.NOTIFICATION_MESSAGES = {"USER_LANGUAGE": "language"}
    alice.language = "de"
    assert backend.show(alice, {"message": "a"}) == "Speichern a"
    templates(
        **{"failed_inbox_title.txt": "{{ message }}\n{% load i18n %}{% translate 'Save' %}\n"}
    )
    assert backend.heading(alice, {"message": "<b>"}) == "<b> Speichern"


def test_the_console_prints(failed: Any, alice: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleBackend(failed).send(alice, {"message": "It broke."})
    assert capsys.readouterr().out.startswith(f"Console to {alice}:\nPipeline failed\nIt broke.\n-")


def test_the_context_that_was_handed_over_stays_as_it_is(failed: Any, alice: Any) -> None:
    class Post(BaseBackend):
        name = "post"

        def send(self, user: Any, context: Any = None) -> Any:
            super().send(user, context)
            return self.context

    handed = {"user": "somebody else", "x": 1}
    made = Post(failed).send(alice, handed)
    assert (made["user"], made["notification"], made["x"]) == (alice, failed, 1)
    assert handed == {"user": "somebody else", "x": 1}
    assert Post(failed).send(alice)["site"].domain == "forge.example.org"


@pytest.mark.django_db(transaction=True)
def test_the_site_is_djangos_where_that_is_installed(settings: Any) -> None:
    installed = [*settings.INSTALLED_APPS, "django.contrib.sites"]
    settings.INSTALLED_APPS, settings.SITE_ID = installed, 1
    settings.NOTIFICATION_MESSAGES = {}
    site: Any = apps.get_model("sites.Site")  # type: ignore[misc]
    with connection.schema_editor() as editor:
        editor.create_model(site)
    try:
        site.objects.create(pk=1, name="Forge", domain="git.example.org")
        assert messages.site() == get_current_site(None)
        assert messages.absolute("/x/") == "https://git.example.org/x/"
        settings.NOTIFICATION_MESSAGES = {"SITE_URL": "https://elsewhere.example.org"}
        assert messages.absolute("/x/") == "https://elsewhere.example.org/x/"
    finally:
        if admin.site.is_registered(site):  # by the admin of the app that goes again
            admin.site.unregister(site)
        with connection.schema_editor() as editor:
            editor.delete_model(site)


@pytest.mark.parametrize(
    ("named", "given", "language"),
    [
        ("", "de", "en"),
        ("language", "de", "de"),
        ("language", "de-AT", "de"),
        ("language", "xx", "en"),
        ("language", None, "en"),
        ("language", 7, "en"),
        ("nothing.there", "de", "en"),
    ],
)
def test_a_users_language_is_what_the_setting_names(
    settings: Any, named: str, given: Any, language: str
) -> None:
    settings.NOTIFICATION_MESSAGES = {"USER_LANGUAGE": named}
    person = type("Person", (), {"language": given})()
    assert messages.language_of(person) == language


def test_what_a_backend_knows_of_its_delivery_is_frozen(deliver: Any) -> None:
    with pytest.raises(AttributeError):
        deliver().id = "other"
    slots = ("id", "source", "groups", "settings_url", "unsubscribe_url")
    assert backends_base.Delivery.__slots__ == slots


def test_every_template_has_a_delivery(
    failed: Any, alice: Any, deliver: Any, templates: Callable[..., None]
) -> None:
    templates(**{"inbox.txt": "{{ delivery.reason }} {{ reason }}"})
    show = InboxBackend(failed).show
    assert show(alice, {"reason": "low"}) == "low"
    assert show(alice, {"delivery": "by courier", "reason": "low"}) == "low"
    why = deliver("GROUP", groups=["ops"])
    assert show(alice, {"delivery": why}) == why.reason
    assert "ops" in why.reason
