"""Notifications that are renamed in the catalogue or removed from it."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from notifications.catalogue import Catalogue, read_file, sync
from notifications.catalogue.specs import BackendSpec, NotificationSpec
from notifications.errors import InvalidCatalogue, InvalidPreferences, UnknownLink
from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    Send,
    SentNotification,
    State,
    UserPrefs,
)
from notifications.preferences import read, read_groups, update
from notifications.preferences.validation import Preference
from notifications.shortcuts import create_notification, send_notification
from notifications.unsubscribe import links

BACKENDS = (BackendSpec("email"), BackendSpec("sms"))


def load(*names: str, source: str = "shop", **renamed: Any) -> list[str]:
    """Sync notifications of these names, and those of `renamed` with their former names."""
    specs = [NotificationSpec(name, backends=("email", "sms")) for name in names]
    specs += [
        NotificationSpec(
            name,
            backends=("email", "sms"),
            renamed_from=(old,) if isinstance(old, str) else tuple(old),
            location=f"line {index}",
        )
        for index, (name, old) in enumerate(renamed.items(), 1)
    ]
    return sync(Catalogue(BACKENDS, tuple(specs), source=source)).lines()


def names(user: Any) -> list[str]:
    return [row.notification.name for row in read(users=[user])[0].rows]


@pytest.fixture
def old(db: None, alice: Any, bob: Any, reviewers: Group) -> Notification:
    """Notification with preferences of alice and her group, and a delivery to bob."""
    load("old")
    row: Notification = Notification.objects.get(name="old")
    row.update_user_prefs(alice, {"email": False})
    row.update_group_prefs(reviewers, {"sms": True})
    send_notification("old", bob, key="k")
    return row


def test_renamed_notification_keeps_everything(old: Notification, alice: Any, bob: Any) -> None:
    token = links.token(user=bob.pk, notification=old.pk, backend="sms")
    old.permissions.clear()
    cells = set(old.cells.values_list("pk", flat=True))

    assert load(new="old") == [
        "~ notification new: name 'old' → 'new'",
        "= 2 unchanged",
    ]

    row = Notification.objects.get()
    assert (row.pk, row.name) == (old.pk, "new")
    assert set(row.cells.values_list("pk", flat=True)) == cells
    assert UserPrefs.objects.get(user=alice).notification == row
    assert GroupPrefs.objects.get().notification == row
    assert Send.objects.get().notification == row
    assert links.unsubscribe(token=token).notification.name == "new"
    assert load(new="old") == ["= 3 unchanged"]


def test_dry_run_reports_and_renames_nothing(old: Notification) -> None:
    spec = NotificationSpec("new", backends=("email", "sms"), renamed_from=("old",))
    report = sync(Catalogue((), (spec,)), dry_run=True)
    assert report.changed == ["notification new: name 'old' → 'new'"]
    assert Notification.objects.get().name == "old"


@pytest.mark.parametrize("key", ["k", "other"])
def test_rows_of_both_names_are_merged(old: Notification, alice: Any, bob: Any, key: str) -> None:
    load("old", "new")
    new = Notification.objects.get(name="new")
    new.update_user_prefs(alice, {"email": True})
    old.update_user_prefs(alice, {"sms": True})
    old.update_user_prefs(bob, {"email": True})
    send_notification("new", bob, key=key)
    sent = SentNotification.objects.count()
    tokens = [links.token(user=bob.pk, notification=row.pk, backend="email") for row in (old, new)]

    assert load(new="old")[0] == "~ notification new: merged with 'old'"

    assert Notification.objects.get() == new
    assert set(UserPrefs.objects.values_list("user", "backend__name", "notify")) == {
        (alice.pk, "email", True),
        (alice.pk, "sms", True),
        (bob.pk, "email", True),
    }
    assert GroupPrefs.objects.get().notification == new
    assert Send.objects.filter(notification=new).count() == 2
    assert SentNotification.objects.filter(notification=new).count() == sent
    for token in tokens:
        UserPrefs.objects.filter(user=bob).update(notify=True)
        links.unsubscribe(token=token)
        assert not UserPrefs.objects.get(user=bob).notify
    assert load(new="old") == ["= 3 unchanged"]
    stranger = links.token(user=bob.pk, notification=old.pk + 99, backend="email")
    with pytest.raises(UnknownLink):
        links.offer(stranger)


def test_several_former_names_are_merged(old: Notification, alice: Any) -> None:
    load("old", "older")
    Notification.objects.get(name="older").update_user_prefs(alice, {"email": True, "sms": True})
    assert load(new=["old", "older", "oldest"])[0] == (
        "~ notification new: name 'old' → 'new'; merged with 'older'"
    )
    assert Notification.objects.get().pk == old.pk
    assert dict(UserPrefs.objects.values_list("backend__name", "notify")) == {
        "email": False,
        "sms": True,
    }


def test_queued_send_is_delivered_under_the_new_name(
    old: Notification, alice: Any, django_capture_on_commit_callbacks: Any
) -> None:
    old.update_user_prefs(alice, {"sms": True})
    with django_capture_on_commit_callbacks() as callbacks:
        send_notification("old", alice)
    load("new", "old")
    load(new="old")
    for callback in callbacks:
        callback()
    states = SentNotification.objects.filter(user=alice, backend__name="sms")
    assert [row.notification.name for row in states if row.state == State.PENDING] == ["new"]


@pytest.mark.parametrize(
    ("renamed", "mistake"),
    [
        ({"a": "a"}, "line 1: 'a': renamed_from names 'a', which is its present name."),
        (
            {"a": "z", "b": "z"},
            "line 2: 'b': renamed_from names 'z', which is already a former name in",
        ),
        ({"a": "z", "b": "a"}, "line 2: 'b': renamed_from names 'a', which is still declared in"),
        (
            {"a": ["z", "z"]},
            "line 1: 'a': renamed_from names 'z', which is already a former name in",
        ),
        ({"a": ""}, "line 1: 'a': renamed_from names '', which is not a valid name."),
        ({"a": [3]}, "line 1: 'a': renamed_from names 3, which is not a valid name."),
        ({"a": "x\0"}, "line 1: 'a': renamed_from names 'x\\x00', which is not a valid name."),
    ],
)
def test_invalid_former_names_are_mistakes(db: None, renamed: Any, mistake: str) -> None:
    with pytest.raises(InvalidCatalogue) as caught:
        load(**renamed)
    assert len(caught.value.mistakes) == 1
    assert caught.value.mistakes[0].startswith(mistake)
    assert not Notification.objects.exists()


@pytest.mark.parametrize("former", ['"old"', '["older", "old"]'])
def test_files_can_have_former_names(
    old: Notification, tmp_path: Path, capsys: Any, former: str
) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(f'[[notification]]\nname = "new"\nrenamed_from = {former}\n')
    call_command("load_catalogue", str(path), "--dry-run")
    assert "name 'old' → 'new'" in capsys.readouterr().out
    call_command("load_catalogue", str(path))
    assert Notification.objects.get().pk == old.pk
    path.write_text('[[notification]]\nname = "new"\nrenamed_from = 3\n')
    with pytest.raises(InvalidCatalogue, match="renamed_from must be a name or a list of names"):
        read_file(path)


class TestRemoval:
    def test_hides_a_notification(
        self, old: Notification, alice: Any, reviewers: Group, client: Client
    ) -> None:
        create_notification("made")
        assert "! notification old: not in this catalogue; kept" in load("new")
        assert names(alice) == ["new", "made"]
        [group] = read_groups(groups=[reviewers])
        assert [row.notification.name for row in group.rows] == ["new", "made"]
        client.force_login(alice)
        assert "old:" not in client.get("/preferences/").content.decode()
        query = {"query": "{ notifications { name } }"}
        answer = client.post("/graphql/", query, content_type="application/json").json()
        assert answer == {"data": {"notifications": [{"name": "new"}, {"name": "made"}]}}
        preference = [Preference("old", "email", notify=True)]
        with pytest.raises(InvalidPreferences):
            update(user=alice, preferences=preference, public_only=True)
        token = links.token(user=alice.pk, notification=old.pk, backend="sms")
        with pytest.raises(UnknownLink):
            links.offer(token)

    def test_keeps_preferences_until_it_returns(self, old: Notification, alice: Any) -> None:
        load("new")
        assert send_notification("old", alice).backends
        old.update_user_prefs(alice, {"sms": False})
        assert load("new", "old")[0] == "~ notification old: is declared again"
        assert names(alice) == ["new", "old"]
        assert UserPrefs.objects.filter(user=alice, notify=False).count() == 2

    def test_is_a_matter_of_the_same_source(self, old: Notification, alice: Any) -> None:
        load("new", source="forum")
        load("newer", source="")
        assert set(names(alice)) == {"old", "new", "newer"}
        load(source="shop")
        assert set(names(alice)) == {"new", "newer"}
        assert Backend.objects.count() == 2

    def test_may_be_for_the_whole_catalogue(
        self, db: None, alice: Any, settings: Any, tmp_path: Path
    ) -> None:
        file = tmp_path / "shop.toml"
        settings.NOTIFICATION_CATALOGUES = [file]
        file.write_text(
            '[[backend]]\nname = "fax"\n[[notification]]\nname = "a"\nbackends = ["fax"]'
        )
        call_command("migrate", verbosity=0)
        assert names(alice) == ["a"]
        settings.NOTIFICATION_CATALOGUES = []
        call_command("migrate", verbosity=0)
        assert names(alice) == []
        assert Notification.objects.get().public
