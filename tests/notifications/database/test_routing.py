"""Verbs that write read from the primary, and never from a replica."""
# ruff: noqa: ARG005 - all verbs of the table take the same

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils.timezone import now

from notifications import preferences, shortcuts
from notifications.access import Access
from notifications.addresses import registration
from notifications.catalogue import sync
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.database import routing
from notifications.delivery.jobs import retry
from notifications.delivery.maintenance import prune, sweep
from notifications.delivery.progress import progress
from notifications.delivery.retry import dead_letters, revive, revive_all
from notifications.delivery.status import status
from notifications.inbox import reads as inbox
from notifications.inbox import writes
from notifications.models import Backend, Notification, SentNotification, UserPrefs
from notifications.preferences.validation import Preference
from notifications.privacy import erase, export
from notifications.settings_page.forms import GroupFormSet, NotifierFormSet
from notifications.unsubscribe import links
from project.population import Size, populate, populated
from tests.routers import REPLICA, Forbidden
from tests.sent import sent

WEBHOOK = "https://hooks.example.org/alice"


@dataclass
class People:
    user: Any
    group: Any


@pytest.fixture
def stored(notification: Notification, alice: Any, reviewers: Group, settings: Any) -> None:
    settings.NOTIFICATION_BACKENDS = [
        "notifications.backends.InboxBackend",
        "notifications.backends.WebhookBackend",
    ]
    Backend.objects.filter(name="inbox").update(klass="notifications.backends.InboxBackend")
    Backend.objects.create(name="webhook", klass="notifications.backends.WebhookBackend")
    preferences.update(user=alice, preferences=[Preference("card-declined", "sms", True)])


def card() -> Any:
    return Notification.objects.using("default").get(name="card-declined")


def entry(user: Any) -> Any:
    with routing.read_your_writes():
        return sent(
            get_user_model()._default_manager.using("default").get(pk=user.pk), "card-declined"
        )


def updated(user: Any) -> Any:
    entries = [Preference("card-declined", "email", True)]
    return preferences.update(user=user, preferences=entries).matrix.row("card-declined")


def card_backend() -> Any:
    return Backend.objects.using("default").get(name="inbox")


def done(call: Callable[..., None], *args: Any) -> bool:
    call(*args)
    return True


CATALOGUE = Catalogue(
    (BackendSpec("email"), BackendSpec("pigeon")),
    (
        NotificationSpec("card-declined", backends=("email",), permissions=("auth.view_group",)),
        NotificationSpec("new", backends=("pigeon",), default=("pigeon",)),
    ),
)

VERBS: dict[str, Callable[[People], Any]] = {
    "update": lambda w: updated(w.user).cells[0].decision.effective,
    "update by name": lambda w: shortcuts.update_preferences(
        "card-declined", w.user, {"email": True}
    ),
    "update a group": lambda w: shortcuts.update_preferences(
        "card-declined", w.group, {"email": True}
    ),
    "change a group": lambda w: preferences.change_group(
        group=w.group,
        preferences=[Preference("card-declined", "email", True)],
        cleared=[("card-declined", "sms")],
    ),
    "clear": lambda w: shortcuts.clear_preferences(w.user) == 1,
    "clear many": lambda w: (
        shortcuts.clear_preferences(get_user_model()._default_manager.all()) == 1
    ),
    "clear some": lambda w: (
        preferences.clear(users=[w.user], notifications=["card-declined"], backends=["sms"]) == 1
    ),
    "clear a group": lambda w: preferences.clear_group(group=w.group) == 0,
    "check": lambda w: (
        not preferences.check(user=w.user, preferences=[Preference("card-declined", "email", True)])
    ),
    "save a row": lambda w: done(
        UserPrefs(user_id=w.user.pk, notification_id=card().pk, backend_id=email().pk).save
    ),
    "send": lambda w: dict(shortcuts.send_notification("card-declined", w.user).backends),
    "send to many": lambda w: shortcuts.send_notification(
        "card-declined", get_user_model()._default_manager.all()
    ).backends["inbox"],
    "send to everybody": lambda w: (
        "inbox" in shortcuts.send_notification("card-declined", shortcuts.EVERYBODY).backends
    ),
    "send at once": lambda w: card_backend().send(w.user, card(), {"message": "Hello."}),
    "retry": lambda w: done(retry, email().pk),
    "revive": lambda w: revive(SentNotification.objects.all()) == 0,
    "revive all": lambda w: revive_all(dead_letters(backends=["email"])) == 0,
    "sweep": lambda w: sweep().batches == 0,
    "status": lambda w: status().sweep_age is None,
    "erase": lambda w: entry(w.user) and erase(user=w.user)["accounts"] == 1,
    "keep the account": lambda w: erase(user=w.user, keep_account=True),
    "export": lambda w: entry(w.user) and len(list(export(user=w.user)["deliveries"])) == 1,
    "prune": lambda w: prune(before=now() + timedelta(days=1)) == 0,
    "set an address": lambda w: (
        shortcuts.set_address(w.user, "webhook", WEBHOOK).address == WEBHOOK
    ),
    "remove an address": lambda w: (
        registration.remove_address(user=w.user, backend="webhook") is False
    ),
    "mark as read": lambda w: (
        (row := entry(w.user)) and writes.mark_read(user=w.user, entries={"x": row.pk})[0].read
    ),
    "mark all as read": lambda w: entry(w.user) and writes.mark_all_read(user=w.user) == 1,
    "unsubscribe": lambda w: links.unsubscribe(
        token=links.token(user=w.user.pk, notification=card().pk, backend="inbox")
    ),
    "sync": lambda w: len(sync(CATALOGUE).added) == 2,
    "rename": lambda w: (
        sync(Catalogue((), (NotificationSpec("card", renamed_from=("card-declined",)),))).changed
    ),
    "sync dry": lambda w: sync(CATALOGUE, dry_run=True).added,
    "create": lambda w: shortcuts.create_notification(
        "made", permissions="auth.view_group", backends="email"
    ),
    "change what exists": lambda w: shortcuts.create_notification(
        "card-declined", permissions="auth.view_group", backends=["email"]
    ),
    "populate": lambda w: (
        populated() and populate(size=Size(users=3, notifications=2, groups=2))["users"] == 3
    ),
    "sign up by a form": lambda w: (
        NotifierFormSet(w.user).matrix.rows and GroupFormSet(w.group).matrix.rows
    ),
}


def email() -> Any:
    return Backend.objects.using("default").get(name="email")


@pytest.mark.parametrize("name", VERBS)
def test_verbs_that_write_use_only_the_primary(
    stored: None,
    replica: None,
    alice: Any,
    reviewers: Group,
    django_capture_on_commit_callbacks: Any,
    name: str,
) -> None:
    for row in (alice, reviewers):
        row._state.db = REPLICA  # noqa: SLF001 - as if it had been read there
    with django_capture_on_commit_callbacks(execute=True):
        assert VERBS[name](People(alice, reviewers))


def test_send_is_delivered_from_the_primary(
    stored: None, replica: None, alice: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        queued = shortcuts.send_notification("card-declined", [alice], {"message": "Hello."})
    assert queued.backends == {"email": 1, "sms": 1, "inbox": 1}
    assert progress(send=queued.send).finished
    rows = SentNotification.objects.using("default").filter(user=alice.pk, state="SENT")
    assert [row.backend.name for row in rows.select_related("backend")] == ["inbox"]


@pytest.mark.parametrize(
    "command",
    [
        ["send", "card-declined", "--users", "alice", "--watch"],
        ["deliver_due"],
        ["prune_deliveries"],
        ["retry_deliveries", "--all"],
        ["export_user", "alice"],
        ["erase_user", "alice", "--yes"],
        ["populate", "--users", "3", "--again"],
    ],
    ids=lambda command: command[0],
)
def test_commands_use_only_the_primary(
    stored: None,
    replica: None,
    alice: Any,
    django_capture_on_commit_callbacks: Any,
    command: list[str],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        call_command(*[part for part in command if part != "--watch"], stdout=StringIO())


@pytest.mark.parametrize(
    "read",
    [
        lambda w: preferences.read(users=[w.user]),
        lambda w: preferences.read_groups(groups=[w.group]),
        lambda w: inbox.read(user=w.user, first=1),
        lambda w: Notification.objects.get_user_prefs(w.user),
        lambda w: Access(w.user).may("view", group=w.group),
    ],
)
def test_reads_use_the_replica(
    stored: None, replica: None, alice: Any, reviewers: Group, read: Callable[[People], Any]
) -> None:
    with pytest.raises(Forbidden):
        read(People(alice, reviewers))
    with routing.read_your_writes():
        read(People(alice, reviewers))


def test_caller_chooses_the_database_of_users(
    stored: None, replica: None, alice: Any, django_capture_on_commit_callbacks: Any
) -> None:
    users = get_user_model()._default_manager.using(REPLICA)
    with pytest.raises(Forbidden), django_capture_on_commit_callbacks():
        shortcuts.send_notification("card-declined", users)
