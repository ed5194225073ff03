"""The demo shows every source of the rule, and can be loaded again and again."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from notifications import preferences
from notifications.access import Access
from notifications.checks import settings as checks
from notifications.inbox import reads
from notifications.models import Backend, Batch, GroupPrefs, Notification, UserPrefs
from notifications.precedence import Source
from project import settings as deployment
from project.demo import people


def load(**options: Any) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


def user(name: str) -> Any:
    users = get_user_model()._default_manager
    return users.get(**{users.model.USERNAME_FIELD: name})


def counts() -> list[int]:
    models = (Backend, Notification, GroupPrefs, UserPrefs, Group, get_user_model(), Batch)
    return [model._default_manager.count() for model in models]


def test_it_has_the_forges_events_and_backends(demo: None) -> None:
    assert [backend.name for backend in Backend.objects.all()] == [
        "email",
        "inbox",
        "sms",
        "webhook",
    ]
    assert Notification.objects.count() == 21
    assert Group.objects.count() == 3


def test_all_of_its_backends_deliver(db: None, settings: Any) -> None:
    settings.DEBUG = True
    settings.NOTIFICATION_BACKENDS = deployment.NOTIFICATION_BACKENDS
    load()
    classes = {backend.name: backend.backendclass for backend in Backend.objects.all()}
    assert list(classes) == ["email", "inbox", "sms", "webhook"]
    assert [klass.name for klass in classes.values()] == list(classes)
    assert checks.check_settings() == checks.check_messages() == []
    charlie = user("charlie")
    if (field := charlie.get_email_field_name()) != charlie.USERNAME_FIELD:
        assert getattr(charlie, field) == "charlie@example.org"


def test_every_source_is_on_show(demo: None) -> None:
    matrices = preferences.read(users=[user(name) for name in people.USERS])
    sources = {
        cell.decision.source
        for matrix in matrices
        for row in (*matrix.rows, *matrix.withheld)
        for cell in row.cells
    }
    assert sources == set(Source)
    alices_page = {cell.decision.source for row in matrices[0].rows for cell in row.cells}
    assert alices_page == set(Source) - {Source.PERMISSION}


def test_what_alice_was_sent_is_in_her_inbox_for_every_reason(demo: None) -> None:
    entries = reads.read(user=user("alice"), first=9).items
    assert [entry.text() for entry in entries] == [
        about.message for about in reversed(people.MESSAGES)
    ]
    assert [(entry.source, entry.groups) for entry in entries] == [
        (Source.GROUP, ("Reviewers",)),
        (Source.GROUP, ("Developers",)),
        (Source.REQUIRED, ()),
    ]
    assert reads.read(user=user("charlie"), first=9).items == ()
    load()
    assert reads.unread_count(user=user("alice")) == 3


def test_people_match_their_descriptions(demo: None) -> None:
    reviewers, developers = (Group.objects.get(name=name) for name in ("Reviewers", "Developers"))
    assert Access(user("bob")).may("change", group=reviewers)
    assert not Access(user("bob")).may("change", group=developers)
    assert not user("charlie").get_all_permissions()
    assert user("admin").is_superuser
    for name in people.USERS:
        assert authenticate(username=name, password=people.PASSWORD) == user(name)


def test_loading_again_adds_nothing_and_loses_nothing(demo: None) -> None:
    alice = user("alice")
    preferences.clear(users=[alice], notifications=["new_note"])
    notification = Notification.objects.get(name="failed_pipeline")
    notification.update_user_prefs(alice, {"sms": False})
    Notification.objects.filter(name="new_epic").update(display_name="Ours")
    Backend.objects.filter(name="sms").update(enabled=False)
    before = counts()
    assert "nothing was changed" in load()
    assert counts() == before
    assert not UserPrefs.objects.get(
        user=alice, notification=notification, backend__name="sms"
    ).notify
    assert Notification.objects.get(name="new_epic").display_name == "Ours"
    assert not Backend.objects.get(name="sms").enabled


def test_it_is_not_for_production(db: None) -> None:
    with pytest.raises(CommandError, match="DEBUG=true"):
        load()
    assert not get_user_model()._default_manager.exists()
