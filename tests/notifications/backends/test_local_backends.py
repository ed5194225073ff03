"""The backends inbox and console, and the common behaviour of all backends."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.sites.shortcuts import get_current_site
from django.db import connection
from django.utils.translation import gettext_lazy

from notifications import site
from notifications.backends import BaseBackend, ConsoleBackend, EmailBackend, InboxBackend
from notifications.backends import base as backends_base
from notifications.checks import settings as checks
from tests.notifications.conftest import ON, addressed, make_notification


def test_the_inbox_only_records(
    pipeline_failed: Any, alice: Any, django_assert_num_queries: Callable[..., Any]
) -> None:
    assert InboxBackend.transactional
    assert InboxBackend.send is BaseBackend.send
    with django_assert_num_queries(0):
        InboxBackend(pipeline_failed).send(alice, {"message": "It broke."})


def test_an_inbox_entry_is_rendered_when_it_is_read(
    pipeline_failed: Any, alice: Any, templates: Callable[..., None], settings: Any
) -> None:
    backend = InboxBackend(pipeline_failed)
    assert backend.render_text(alice, {"message": "1 < 2"}) == "1 < 2"
    assert backend.render_title(alice) == "Pipeline failed"
    templates(**{"inbox.txt": "{{ notification }}!"})
    assert backend.render_text(alice) == "Pipeline failed!"
    templates(**{"failed_inbox.txt": "{% load i18n %}{% translate 'Save' %} {{ message }}"})
    settings.NOTIFICATION_MESSAGES = {"USER_LANGUAGE": "language"}
    alice.language = "de"
    assert backend.render_text(alice, {"message": "a"}) == "Speichern a"
    templates(
        **{"failed_inbox_title.txt": "{{ message }}\n{% load i18n %}{% translate 'Save' %}\n"}
    )
    assert backend.render_title(alice, {"message": "<b>"}) == "<b> Speichern"


def test_the_console_prints(
    pipeline_failed: Any, alice: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ConsoleBackend(pipeline_failed).send(alice, {"message": "It broke."})
    assert capsys.readouterr().out.startswith(f"Console to {alice}:\nPipeline failed\nIt broke.\n-")


def test_the_context_of_the_caller_is_not_changed(pipeline_failed: Any, alice: Any) -> None:
    class Post(BaseBackend):
        name = "post"

        def send(self, user: Any, context: Any = None) -> Any:
            super().send(user, context)
            return self.context

    given = {"user": "another user", "x": 1}
    context = Post(pipeline_failed).send(alice, given)
    assert (context["user"], context["notification"], context["x"]) == (alice, pipeline_failed, 1)
    assert given == {"user": "another user", "x": 1}
    assert Post(pipeline_failed).send(alice)["site"].domain == "forge.example.org"


OURS = {"SITE_URL": "https://elsewhere.example.org", "SITE_NAME": "Elsewhere"}


@pytest.fixture
def sites(transactional_db: None, settings: Any) -> Iterator[Any]:
    """The model of django.contrib.sites, which is installed."""
    installed = [*settings.INSTALLED_APPS, "django.contrib.sites"]
    settings.INSTALLED_APPS, settings.SITE_ID = installed, 1
    settings.NOTIFICATION_MESSAGES = {}
    site: Any = apps.get_model("sites.Site")  # type: ignore[misc]
    with connection.schema_editor() as editor:
        editor.create_model(site)
    yield site
    site.objects.clear_cache()
    if admin.site.is_registered(site):  # by the admin of the app that goes again
        admin.site.unregister(site)
    with connection.schema_editor() as editor:
        editor.delete_model(site)


@pytest.mark.parametrize(
    ("given", "name", "url"),
    [
        ({}, "Forge", "https://git.example.org/x/"),
        (OURS, "Elsewhere", "https://elsewhere.example.org/x/"),
        ({"SITE_URL": OURS["SITE_URL"]}, "Forge", "https://elsewhere.example.org/x/"),
        ({"SITE_NAME": "Elsewhere"}, "Elsewhere", "https://git.example.org/x/"),
    ],
)
def test_the_setting_names_the_site_before_django(
    sites: Any, settings: Any, given: Any, name: str, url: str
) -> None:
    sites.objects.create(pk=1, name="Forge", domain="git.example.org")
    settings.NOTIFICATION_MESSAGES = given
    assert site.site().name == name
    assert site.site_url("/x/") == url
    assert url == f"https://{site.site().domain}/x/"
    assert given or site.site() == get_current_site(None)


def test_the_placeholder_of_django_names_no_site(sites: Any, settings: Any) -> None:
    sites.objects.create(pk=1, name="example.com", domain="example.com")
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": OURS["SITE_URL"]}
    assert site.site().name == "elsewhere.example.org"


@pytest.mark.parametrize("missing", ["SITE_ID", "row"])
@pytest.mark.parametrize("given", [OURS, {"SITE_NAME": "Elsewhere"}, {}])
def test_mails_are_sent_without_a_site_of_django(
    sites: Any, settings: Any, alice: Any, mailoutbox: Any, missing: str, given: Any
) -> None:
    if missing == "SITE_ID":
        del settings.SITE_ID
    settings.NOTIFICATION_MESSAGES = given
    addressed(alice)
    EmailBackend(make_notification("failed", email=ON)).send(alice)
    named = "[Elsewhere] " if given else ""
    assert mailoutbox[0].subject == f"{named}failed"


@pytest.mark.parametrize(
    ("given", "site_id", "domain", "found"),
    [
        (OURS, None, None, []),
        (OURS, 1, "example.com", []),
        ({}, 1, "git.example.org", []),
        ({}, None, None, ["notifications.W003"]),
        ({"SITE_NAME": "Forge"}, None, None, ["notifications.W003"]),
        ({}, 1, "example.com", ["notifications.W004"]),
        ({}, 1, None, ["notifications.W004"]),
    ],
)
def test_a_site_without_usable_links_is_warned_of(
    sites: Any, settings: Any, given: Any, site_id: Any, domain: Any, found: list[str]
) -> None:
    settings.NOTIFICATION_MESSAGES, settings.SITE_ID = given, site_id
    if domain:
        sites.objects.create(pk=1, name=domain, domain=domain)
    warnings = [*checks.check_site_id(), *checks.check_site(databases=["default"])]
    assert [warning.id for warning in warnings] == found
    assert checks.check_site(databases=None) == []


def test_the_check_waits_for_the_table_of_sites(settings: Any, db: None) -> None:
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.sites"]
    settings.NOTIFICATION_MESSAGES, settings.SITE_ID = {}, 1
    try:
        assert checks.check_site(databases=["default"]) == []
    finally:
        admin.site.unregister(apps.get_model("sites.Site"))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("named", "given", "language"),
    [
        ("", "de", "en"),
        ("language", "de", "de"),
        ("language", "de-AT", "de"),
        ("language", "de_DE", "de"),
        ("language", "de-de", "de"),
        ("language", "de_DE.UTF-8", "de"),
        ("language", "DE", "de"),
        ("language", " de ", "de"),
        ("language", "de_AT@euro", "de"),
        ("language", "zh_Hant", "en"),
        ("language", gettext_lazy("de"), "de"),
        ("language", "", "en"),
        ("language", "x" * 600, "en"),
        ("language", "xx", "en"),
        ("language", None, "en"),
        ("language", 7, "en"),
        ("nothing.there", "de", "en"),
    ],
)
def test_a_setting_names_the_users_language(
    settings: Any, named: str, given: Any, language: str
) -> None:
    settings.NOTIFICATION_MESSAGES = {"USER_LANGUAGE": named}
    person = type("Person", (), {"language": given})()
    assert site.language_of(person) == language


@pytest.mark.parametrize(
    ("given", "language"),
    [
        ("zh_Hant", "zh-hant"),
        ("zh-TW", "zh-hant"),
        ("zh_hans_CN", "zh-hans"),
        ("pt", "pt-br"),
        ("pt_PT", "pt-br"),
        ("en_GB", "en-gb"),
        ("en_AU", "en-gb"),
        ("xx", "en-gb"),
    ],
)
def test_variants_of_a_language_are_found_as_django_does(
    settings: Any, given: str, language: str
) -> None:
    settings.LANGUAGES = [(code, code) for code in ("en-gb", "pt-br", "zh-hans", "zh-hant")]
    settings.LANGUAGE_CODE = "en-us"
    settings.NOTIFICATION_MESSAGES = {"USER_LANGUAGE": "language"}
    person = type("Person", (), {"language": given})()
    assert site.language_of(person) == language


def test_a_delivery_is_frozen(deliver: Any) -> None:
    with pytest.raises(AttributeError):
        deliver().id = "other"
    slots = ("id", "source", "groups", "settings_url", "unsubscribe_url")
    assert backends_base.Delivery.__slots__ == slots


def test_every_template_has_a_delivery(
    pipeline_failed: Any, alice: Any, deliver: Any, templates: Callable[..., None]
) -> None:
    templates(**{"inbox.txt": "{{ delivery.reason }} {{ reason }}"})
    render = InboxBackend(pipeline_failed).render_text
    assert render(alice, {"reason": "low"}) == "low"
    assert render(alice, {"delivery": "by courier", "reason": "low"}) == "low"
    why = deliver("GROUP", groups=["ops"])
    assert render(alice, {"delivery": why}) == why.reason
    assert "ops" in why.reason
