"""`manage.py import_notifier`, on tables and rows that django-notifier 0.7 wrote."""

import re
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.delivery.retry import dead_letters, revive
from notifications.from_notifier import import_all, rows
from notifications.models import (
    Backend,
    GroupPrefs,
    ImportedRow,
    Notification,
    NotificationBackend,
    Send,
    SentNotification,
    State,
    UserPrefs,
)
from tests.notifications.conftest import OFF, make_notification
from tests.notifications.from_notifier import tables

COUNTS = {
    "backends": 3,
    "notifications": 4,
    "permissions": 1,
    "allowed backends": 7,
    "group preferences": 3,
    "user preferences": 8,
    "deliveries": 12,
}
"""Numbers of rows without problems. One more preference is for a backend that is not allowed."""
MODELS = (Backend, Notification, NotificationBackend, GroupPrefs, UserPrefs, Send, SentNotification)


@pytest.fixture
def old(alice: Any, bob: Any, charlie: Any, reviewers: Group) -> None:
    tables.load()


def imported(**options: Any) -> dict[str, int]:
    return {kind: counts.imported for kind, counts in import_all(**options).counts.items()}


def output(**options: Any) -> str:
    out = StringIO()
    call_command("import_notifier", stdout=out, **options)
    return out.getvalue()


def everything() -> dict[str, list[Any]]:
    models = (*MODELS, Notification.permissions.through, ImportedRow)
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def own(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.filter(user=user)
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


# A first import


def test_everything_is_imported(old: None) -> None:
    report = import_all()
    assert {kind: counts.imported for kind, counts in report.counts.items()} == COUNTS
    assert all(counts.kept == counts.earlier == 0 for counts in report.counts.values())
    [skipped] = report.skipped
    assert skipped.startswith("user preferences, row 6 (user ")
    assert skipped.endswith(
        ", 'order-shipped' by 'sms'): its notification does not allow its backend."
    )


@pytest.mark.parametrize("size", [1, 5, 12])
def test_all_batches_are_imported(old: None, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(rows, "SIZE", size)
    report = import_all()
    assert {kind: counts.imported for kind, counts in report.counts.items()} == COUNTS
    assert len(report.skipped) == 1
    assert imported() == dict.fromkeys(COUNTS, 0)


def test_the_catalogue_is_equal(old: None) -> None:
    import_all()
    fields = ("name", "display_name", "description", "enabled", "klass")
    assert list(Backend.objects.values_list(*fields)) == [
        ("email", "Email", "Send via email", True, "notifications.backends.EmailBackend"),
        ("sms", "SMS", "To a telephone", True, "shop.SmsBackend"),
        ("pager", "", "", False, "shop.PagerBackend"),
    ]
    assert list(Notification.objects.values_list("name", "display_name", "public")) == [
        ("card-declined", "Card declined", True),
        ("order-shipped", "Order shipped", True),
        ("audit", "Audit", True),
        ("internal", "internal", False),
    ]
    audit = Notification.objects.get(name="audit")
    assert audit.permissions.get().codename == "add_group"
    assert [backend.name for backend in audit.backends.all()] == ["email", "sms"]


def test_preferences_are_equal(
    old: None, shop: None, alice: Any, bob: Any, reviewers: Group
) -> None:
    import_all()
    assert own(bob) == {
        ("card-declined", "email"): True,
        ("card-declined", "pager"): True,
        ("order-shipped", "email"): True,
        ("audit", "email"): True,
        ("audit", "sms"): False,
    }
    group = GroupPrefs.objects.filter(group=reviewers, notification__name="card-declined")
    assert dict(group.values_list("backend__name", "notify")) == {"email": True, "sms": False}
    for name, effective in tables.ROWS["effective"].items():
        prefs = Notification.objects.get(name=name).get_user_prefs(alice)
        assert {backend.name: value for backend, value in prefs.items()} == effective


def test_deliveries_are_equal(old: None, bob: Any, charlie: Any) -> None:
    import_all()
    rows = SentNotification.objects.order_by("pk")
    failed = rows.filter(state=State.FAILED, success=False)
    assert [(row.user, row.backend.name) for row in failed] == [(charlie, "sms")] * 2
    assert rows.filter(state=State.SENT, success=True).count() == 10
    read = rows.get(read=True)
    assert (read.user, read.notification.name, read.attempts) == (bob, "order-shipped", 1)
    assert all(row.due is None and row.send.finished for row in rows)


def test_imported_deliveries_are_not_retried(old: None) -> None:
    import_all()
    assert SentNotification.objects.filter(state=State.FAILED).exists()
    assert revive(SentNotification.objects.all()) == 0
    assert not dead_letters().exists()


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("notifier_groupprefs", GroupPrefs),
        ("notifier_userprefs", UserPrefs),
        ("notifier_sentnotification", SentNotification),
    ],
)
def test_times_are_kept(old: None, table: str, model: Any) -> None:
    import_all()
    times = {datetime.fromisoformat(row["created"]) for row in tables.ROWS["tables"][table]}
    assert set(model.objects.values_list("created", flat=True)) <= times


def test_a_backend_that_is_not_in_settings_is_noted(
    old: None, shop: None, settings: LazySettings
) -> None:
    settings.NOTIFICATION_BACKENDS = ["notifications.backends.EmailBackend", "shop.PagerBackend"]
    report = import_all()
    assert report.notes == [Backend.objects.get(name="sms").problem]
    assert report.notes[0].startswith("The backend 'sms' is no longer in NOTIFICATION_BACKENDS")


def test_with_its_class_in_settings_a_backend_delivers(old: None, shop: None, alice: Any) -> None:
    assert import_all().notes == []
    card = Notification.objects.get(name="card-declined")
    assert [backend.name for backend in card.get_backends(alice)] == ["email", "sms"]


def test_tables_of_older_versions_lack_a_column(old: None) -> None:
    tables.execute("ALTER TABLE notifier_sentnotification DROP COLUMN read")
    assert imported() == COUNTS
    assert not SentNotification.objects.filter(read=True).exists()


# A second import


def test_a_second_import_adds_nothing(old: None) -> None:
    import_all()
    before = everything()
    report = import_all()
    assert {kind: counts.earlier for kind, counts in report.counts.items()} == COUNTS
    assert not any(counts.imported or counts.kept for counts in report.counts.values())
    assert everything() == before


def change_preference(alice: Any) -> None:
    assert UserPrefs.objects.filter(user=alice).update(notify=False) == 1


def clear_preference(alice: Any) -> None:
    UserPrefs.objects.filter(user=alice).delete()


def clear_group_preferences(alice: Any) -> None:
    GroupPrefs.objects.all().delete()


def publish(alice: Any) -> None:
    Notification.objects.filter(name="internal").update(public=True, display_name="Internal")


def require_nothing(alice: Any) -> None:
    Notification.objects.get(name="audit").permissions.clear()


def allow_fewer_backends(alice: Any) -> None:
    NotificationBackend.objects.filter(notification__name="audit", backend__name="sms").delete()


def enable(alice: Any) -> None:
    Backend.objects.filter(name="pager").update(enabled=True, display_name="Pager")


def prune(alice: Any) -> None:
    Send.objects.all().delete()


def delete_notification(alice: Any) -> None:
    Notification.objects.get(name="order-shipped").delete()


@pytest.mark.parametrize(
    "change",
    [
        change_preference,
        clear_preference,
        clear_group_preferences,
        publish,
        require_nothing,
        allow_fewer_backends,
        enable,
        prune,
        delete_notification,
    ],
)
def test_a_second_import_undoes_no_change(
    old: None, alice: Any, change: Callable[[Any], None]
) -> None:
    import_all()
    change(alice)
    before = everything()
    import_all()
    assert everything() == before


def test_a_second_import_imports_skipped_rows(old: None, bob: Any) -> None:
    import_all()
    NotificationBackend.objects.create(
        notification=Notification.objects.get(name="order-shipped"),
        backend=Backend.objects.get(name="sms"),
    )
    report = import_all()
    assert report.of("user preferences").imported == 1
    assert report.skipped == []
    assert own(bob)["order-shipped", "sms"] is True


def test_a_second_import_imports_new_rows(old: None, charlie: Any) -> None:
    import_all()
    row = tables.ROWS["tables"]["notifier_groupprefs"][0]
    tables.execute("DELETE FROM notifier_groupprefs WHERE notification_id = 4")
    group = Group.objects.create(name="newcomers").pk
    tables.insert("notifier_groupprefs", **{**row, "id": 9, "group_id": group})
    assert imported() == {**dict.fromkeys(COUNTS, 0), "group preferences": 1}


# With existing rows


def test_existing_rows_stay_unchanged(old: None, alice: Any) -> None:
    card = make_notification("card-declined", public=False, email=OFF, sms=OFF)
    sms = Backend.objects.get(name="sms")
    UserPrefs.objects.create(user=alice, notification=card, backend=sms, notify=False)
    report = import_all()
    kept = {kind: counts.kept for kind, counts in report.counts.items() if counts.kept}
    assert kept == {
        "backends": 2,
        "notifications": 1,
        "allowed backends": 3,
        "user preferences": 1,
    }
    card.refresh_from_db()
    assert (card.display_name, card.public) == ("", False)
    assert [backend.name for backend in card.backends.all()] == ["email", "sms"]
    assert own(alice) == {("card-declined", "sms"): False}
    title, public, cell = (note for note in report.notes if "card-declined" in note)
    assert "display_name='' in this app and display_name='Card declined' in" in title
    assert "public=False in this app and public=True in django-notifier. It was not" in public
    assert "'pager' among its allowed backends in django-notifier and not in this app." in cell


def test_a_missing_permission_adds_a_note(old: None) -> None:
    audit = make_notification("audit", email=OFF)
    assert (
        "Notification 'audit' has 'auth.add_group' among its permissions in django-notifier and not"
        " in this app. It was not changed."
    ) in import_all().notes
    assert not audit.permissions.exists()


def test_a_disabled_backend_is_disabled(old: None) -> None:
    pager = Backend.objects.create(name="pager", display_name="Beeper")
    report = import_all()
    pager.refresh_from_db()
    assert (pager.enabled, pager.display_name) == (False, "Beeper")
    assert "Backend 'pager' is now disabled, as in django-notifier." in report.notes


def test_an_existing_disabled_backend_stays_disabled(old: None) -> None:
    Backend.objects.create(name="email", enabled=False)
    import_all()
    assert not Backend.objects.get(name="email").enabled


# What cannot be imported


def test_rows_with_missing_references_are_skipped(
    alice: Any, bob: Any, charlie: Any, reviewers: Group
) -> None:
    tables.load(constraints=False)
    tables.execute("UPDATE notifier_userprefs SET notification_id = 99 WHERE id = 1")
    tables.execute("UPDATE notifier_userprefs SET backend_id = 99 WHERE id = 2")
    tables.execute("UPDATE notifier_groupprefs SET group_id = 99 WHERE id = 1")
    tables.execute("UPDATE notifier_notification_permissions SET permission_id = 9999")
    tables.execute("UPDATE notifier_notification_backends SET backend_id = 99 WHERE id = 3")
    charlie.delete()
    report = import_all()
    skipped = [re.sub(r" \(.*\)", "", line) for line in report.skipped]
    assert sorted(skipped) == [
        "allowed backends, row 3: its backend does not exist in this app.",
        *(f"deliveries, row {key}: its user does not exist." for key in (12, 4, 8)),
        "group preferences, row 1: its group does not exist.",
        "permissions, row 1: its permission does not exist in this app.",
        "user preferences, row 1: its notification does not exist in this app.",
        "user preferences, row 2: its backend does not exist in this app.",
        *(f"user preferences, row {key}: its user does not exist." for key in (4, 5)),
        "user preferences, row 6: its notification does not allow its backend.",
    ]


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "two\nlines"])
def test_rows_with_invalid_names_are_skipped(old: None, name: str) -> None:
    if connection.vendor == "postgresql":
        tables.execute("ALTER TABLE notifier_notification ALTER COLUMN name TYPE text")
    tables.execute("UPDATE notifier_notification SET name = %s WHERE id = 2", [name])
    report = import_all()
    assert report.skipped[0].startswith("notifications, row 2: its name ")
    assert Notification.objects.count() == 3


def test_invalid_display_names_become_empty(old: None) -> None:
    tables.execute("UPDATE notifier_notification SET display_name = %s WHERE id = 2", ["a\nb"])
    tables.execute("UPDATE notifier_backend SET display_name = ' SMS ' WHERE id = 2")
    report = import_all()
    assert Notification.objects.get(name="order-shipped").display_name == ""
    assert Backend.objects.get(name="sms").display_name == "SMS"
    [note] = (note for note in report.notes if "order-shipped" in note)
    assert note.startswith("Notification 'order-shipped': its display_name contains the character")


def test_deliveries_to_the_inbox_have_no_content(old: None) -> None:
    tables.execute("UPDATE notifier_backend SET name = 'inbox' WHERE name = 'sms'")
    report = import_all()
    assert report.of("deliveries").skipped > 0
    assert not SentNotification.objects.filter(backend__name="inbox").exists()


# The command


def test_the_command_prints_counts_and_skipped_rows(old: None) -> None:
    text = output()
    assert (
        "user preferences: 8 imported, 0 exist already, 1 not imported, 0 imported earlier"
    ) in text.splitlines()
    assert "'order-shipped' by 'sms'): its notification does not allow its backend." in text


def test_a_dry_run_prints_the_report_and_writes_nothing(old: None) -> None:
    before = everything()
    text = output(dry_run=True)
    assert everything() == before
    assert text == output() + "Nothing was written: this was a dry run.\n"


def test_long_lists_are_cut(old: None) -> None:
    tables.execute("DELETE FROM notifier_notification_backends")
    tables.execute("UPDATE notifier_backend SET name = 'inbox' WHERE name = 'email'")
    tables.execute("UPDATE notifier_backend SET name = '' WHERE name = 'sms'")
    short, long = output(dry_run=True), output(dry_run=True, verbosity=2)
    assert "more; --verbosity 2 prints all" in short
    assert len(long.splitlines()) > len(short.splitlines())


def test_missing_tables_are_listed(db: None) -> None:
    with pytest.raises(CommandError, match="'default' has no table notifier_backend, notifier_not"):
        output()


def test_one_missing_table_is_named(old: None) -> None:
    tables.execute("DROP TABLE notifier_sentnotification")
    with pytest.raises(CommandError, match=r"has no table notifier_sentnotification\."):
        output()
    assert not ImportedRow.objects.exists()


class ReplicaRouter:
    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "replica"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"


def test_the_import_uses_the_database_for_writes(old: None, settings: LazySettings) -> None:
    settings.DATABASE_ROUTERS = [ReplicaRouter()]
    assert imported() == COUNTS


@pytest.mark.parametrize("count", [3, 300])
def test_statements_do_not_depend_on_the_number_of_rows(
    old: None, people: Callable[..., Any], count: int
) -> None:
    row = tables.ROWS["tables"]["notifier_sentnotification"][0]
    user = tables.user_keys()["1"]
    for key in range(count):
        tables.insert("notifier_sentnotification", **{**row, "id": 100 + key, "user_id": user})
    with CaptureQueriesContext(connection) as queries:
        report = import_all()
    assert report.of("deliveries").imported == COUNTS["deliveries"] + count
    assert len(queries) < 80
