"""The page as a form."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client, override_settings

from notifications.models import Backend, Notification, UserPrefs
from notifications.shortcuts import update_preferences
from tests.notifications.settings_page.form_data import inputs, submission
from tests.notifications.settings_page.pages import (
    OWN,
    module_data,
    of_group,
    of_user,
    save,
    show,
    signed_in,
)

Make = Callable[..., Notification]

pytestmark = pytest.mark.usefixtures("card")


def test_a_message_lists_the_changes(alice: Any) -> None:
    response = save(alice, OWN, {"card/email": True, "card/inbox": False})
    assert response.redirect_chain == [(OWN, 302)]
    page = unescape(response.content.decode())
    assert "Saved: E-mail for “Card declined” is on; inbox for “Card declined” is off." in page
    assert dict(UserPrefs.objects.values_list("backend__name", "notify")) == {
        "email": True,
        "inbox": False,
    }


def test_a_message_counts_many_changes(alice: Any, make: Make) -> None:
    for number in range(4):
        make(f"n{number}", email="off")
    response = save(alice, OWN, {f"n{number}/email": True for number in range(4)})
    assert "Saved: 4 preferences were changed." in response.content.decode()


def test_a_message_reports_no_change(alice: Any) -> None:
    assert "No change." in save(alice).content.decode()


def test_each_cell_shows_its_source(alice: Any, reviewers: Group) -> None:
    update_preferences("card", alice, {"inbox": False})
    update_preferences("card", reviewers, {"email": True})
    sources = re.findall(r"data-source>(.*?)<", show(alice))
    assert sources == ["From your group", "Yours", "Required"]


def test_a_refused_change_is_explained(alice: Any, make: Make) -> None:
    make("news", email="on")
    client = signed_in(alice)
    changes = {"card/email": True, "news/email": False}
    data = submission(client.get(OWN).content.decode(), changes)
    Notification.objects.filter(name="card").update(public=False)
    response = client.post(OWN, data)
    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert "“Card declined” is no longer available." in page
    assert "checked" not in inputs(page).boxes["news/email"]
    assert module_data(page) is None  # the form has unsaved changes
    assert not UserPrefs.objects.exists()


def test_a_change_refused_while_saving_is_explained(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(alice)
    data = submission(client.get(OWN).content.decode(), {"card/email": True})
    monkeypatch.setattr(
        "notifications.settings_page.forms.NotifierFormSet.is_valid",
        lambda _: bool(Notification.objects.get().cells.update(required=True)),
    )
    page = unescape(client.post(OWN, data).content.decode())
    assert "E-mail for “Card declined” is required" in page
    assert not UserPrefs.objects.exists()


def test_an_empty_page_has_no_table(alice: Any) -> None:
    Notification.objects.all().delete()
    page = show(alice)
    assert "There are no notifications that can be configured." in page
    assert "<table" not in page


def nothing_declared() -> None:
    Notification.objects.all().delete()


def nothing_public() -> None:
    Notification.objects.update(public=False)


def nothing_enabled() -> None:
    Backend.objects.update(enabled=False)


@pytest.mark.parametrize(
    ("empty", "step"),
    [
        (nothing_declared, "Declare them in a module named “notifications” of an installed app"),
        (nothing_enabled, "List backends in the setting NOTIFICATION_BACKENDS"),
        (nothing_public, "A notification is available if it is public"),
    ],
)
def test_an_empty_page_names_the_missing_step(
    admin: Any, alice: Any, reviewers: Group, empty: Callable[[], None], step: str
) -> None:
    assert "For staff" not in show(admin)
    empty()
    for url in (OWN, of_user(alice), of_group(reviewers)):
        assert step in show(admin, url)
    assert "For staff" not in show(alice)


def test_csrf_tokens_are_required(alice: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(OWN, {}).status_code == 403


def test_pages_are_not_cached(alice: Any) -> None:
    assert "no-store" in signed_in(alice).get(OWN).headers["Cache-Control"]


def test_the_messages_framework_is_optional(alice: Any) -> None:
    without = [name for name in settings.MIDDLEWARE if "messages" not in name]
    with override_settings(MIDDLEWARE=without):
        assert save(alice, OWN, {"card/email": True}).status_code == 200
    assert UserPrefs.objects.get().notify is True
