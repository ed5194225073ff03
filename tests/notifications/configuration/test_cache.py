"""The cached configuration is never older than the configuration in the database."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications import preferences
from notifications.configuration import triggers
from notifications.configuration.cache import configuration_cache
from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    NotificationBackend,
)
from notifications.preferences.validation import Preference
from tests.conftest import make_user
from tests.notifications.observer_process import ObserverProcess, read_matrix

Change = Callable[[Group], Any]


@pytest.fixture
def observer(transactional_db: None) -> Iterator[ObserverProcess]:
    process = ObserverProcess(connection.settings_dict["NAME"])
    yield process
    process.stop()


@pytest.fixture
def member(transactional_db: None, notification: Notification, alice: Any) -> Any:
    """Alice, who may see a second notification through her group."""
    audit = Notification.objects.create(name="audit")
    NotificationBackend.objects.create(notification=audit, backend=Backend.objects.get(name="sms"))
    reset(Group.objects.get())
    return alice


def reset(reviewers: Group) -> None:
    """Set values that each of the changes changes."""
    permission = Permission.objects.get_or_create(
        codename="view_group", content_type=ContentType.objects.get_for_model(Group)
    )[0]
    Group.objects.update(name="reviewers")
    reviewers.permissions.set([permission])
    Backend.objects.update(enabled=True)
    audit = Notification.objects.get(name="audit")
    audit.permissions.set([permission])
    audit.cells.filter(backend__name="sms").update(required=False)
    preferences.update_group(
        group=reviewers, preferences=[Preference("card-declined", "email", notify=False)]
    )


def by_api(reviewers: Group) -> None:
    preferences.update_group(
        group=reviewers, preferences=[Preference("card-declined", "email", notify=True)]
    )


def by_clearing(reviewers: Group) -> None:
    preferences.clear_group(group=reviewers)


def by_the_admin(reviewers: Group) -> None:
    cell = NotificationBackend.objects.get(notification__name="audit")
    form = {"name": "audit", "public": "on", "position": 0, "permissions": []}
    inlines = {
        "cells-TOTAL_FORMS": 1,
        "cells-INITIAL_FORMS": 1,
        "cells-0-id": cell.pk,
        "cells-0-notification": cell.notification_id,
        "cells-0-backend": cell.backend_id,
        "cells-0-required": "on",
    }
    url = f"/admin/notifications/notification/{cell.notification_id}/change/"
    assert admin_client().post(url, {**form, **inlines}).status_code == 302


def by_the_groups_admin(reviewers: Group) -> None:
    url = f"/admin/auth/group/{reviewers.pk}/change/"
    assert admin_client().post(url, {"name": "renamed", "permissions": []}).status_code == 302


def by_the_shell(reviewers: Group) -> None:
    reviewers.permissions.clear()


def by_renaming(reviewers: Group) -> None:
    Group.objects.filter(pk=reviewers.pk).update(name="renamed")


def by_bulk_update(reviewers: Group) -> None:
    rows = list(GroupPrefs.objects.all())
    for row in rows:
        row.notify = not row.notify
    GroupPrefs.objects.bulk_update(rows, ["notify"])


def by_bulk_create(reviewers: Group) -> None:
    NotificationBackend.objects.bulk_create(
        [
            NotificationBackend(
                notification=Notification.objects.get(name="audit"), backend=backend
            )
            for backend in Backend.objects.all()
        ],
        ignore_conflicts=True,
    )


def by_update(reviewers: Group) -> None:
    Backend.objects.filter(name="inbox").update(enabled=False)


def by_sql(reviewers: Group) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM notifications_groupprefs")


def by_another_permission(reviewers: Group) -> None:
    Notification.objects.get(name="audit").permissions.set(
        [Permission.objects.get(codename="delete_group")]
    )


def admin_client() -> Client:
    client = Client()
    boss = get_user_model()._default_manager.filter(is_superuser=True).first()
    client.force_login(boss or make_user("boss", is_staff=True, is_superuser=True))
    return client


CHANGES: list[Change] = [
    by_api,
    by_clearing,
    by_the_admin,
    by_the_groups_admin,
    by_the_shell,
    by_renaming,
    by_bulk_update,
    by_bulk_create,
    by_update,
    by_sql,
    by_another_permission,
]


def test_another_process_reads_each_change(
    observer: ObserverProcess, member: Any, reviewers: Group, tmp_path: Path
) -> None:
    def by_loaddata(_group: Group) -> None:
        call_command("loaddata", path, verbosity=0)

    def by_loading_everything(_group: Group) -> None:
        everything = tmp_path / "everything.json"
        call_command("dumpdata", output=everything, verbosity=0)
        Backend.objects.filter(name="sms").update(display_name="Text", enabled=False)
        assert "notifications_version" not in everything.read_text()
        call_command("loaddata", everything, verbosity=0)
        by_update(_group)

    observer.read(member)
    for change in [*CHANGES, by_loaddata, by_loading_everything]:
        reset(reviewers)
        path = tmp_path / "backends.json"
        path.write_text(json.dumps(fixture()))
        before, statements = observer.read(member)
        assert statements == 3, "the previous change is read"
        assert observer.read(member) == (before, 1), "the cache is valid"
        change(reviewers)
        after, _ = observer.read(member)
        configuration_cache.clear()
        assert after == read_matrix(member), change.__name__
        assert after != before, change.__name__


def fixture() -> list[dict[str, Any]]:
    """Return the backends as `dumpdata` writes them, with `enabled` inverted."""
    return [
        {
            "model": "notifications.backend",
            "pk": backend.pk,
            "fields": {
                "name": backend.name,
                "enabled": not backend.enabled,
                "created": backend.created.isoformat(),
                "updated": backend.updated.isoformat(),
            },
        }
        for backend in Backend.objects.all()
    ]


def test_a_rollback_undoes_the_change_of_the_version(
    observer: ObserverProcess, member: Any, reviewers: Group
) -> None:
    before, _ = observer.read(member)
    with transaction.atomic():
        by_api(reviewers)
        within = read_matrix(member)
        assert within != before
        if connection.vendor == "postgresql":  # in SQLite, the reader would block the writer
            assert observer.read(member)[0] == before
        transaction.set_rollback(True)
    assert read_matrix(member) == before
    assert observer.read(member)[0] == before
    by_clearing(reviewers)
    assert read_matrix(member) == observer.read(member)[0] != before


def test_a_transaction_reads_its_own_changes(member: Any, reviewers: Group) -> None:
    with transaction.atomic():
        for notify in (True, False, True):
            GroupPrefs.objects.filter(backend__name="email").update(notify=notify)
            assert ["card-declined", "email", notify, "GROUP"] in read_matrix(member)


def test_a_rolled_back_savepoint_leaves_no_change(member: Any, reviewers: Group) -> None:
    with transaction.atomic():
        before = read_matrix(member)
        with transaction.atomic():
            by_api(reviewers)
            assert read_matrix(member) != before
            transaction.set_rollback(True)
        assert read_matrix(member) == before


@pytest.mark.parametrize("table", sorted(triggers.tables()))
def test_nothing_is_cached_if_a_trigger_is_missing(
    db: None, notification: Notification, alice: Any, table: str
) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'DROP TRIGGER {triggers.NAME} ON "{table}"')
        else:
            cursor.execute(f'DROP TRIGGER "{triggers.NAME}_{table}_UPDATE"')
    configuration_cache.clear()
    read_matrix(alice)
    with CaptureQueriesContext(connection) as queries:
        read_matrix(alice)
    assert len(queries) == 3  # users, catalogue, groups


def test_nothing_is_cached_without_a_version(
    db: None, notification: Notification, alice: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM notifications_version")
    read_matrix(alice)
    with CaptureQueriesContext(connection) as queries:
        read_matrix(alice)
    assert len(queries) == 3


def test_flush_is_a_change(member: Any, observer: ObserverProcess) -> None:
    name = member.get_username()
    observer.read(member)
    call_command("flush", interactive=False, verbosity=0)
    again = make_user(name, pk=member.pk)
    assert observer.read(again)[0] == read_matrix(again) == []


def test_groups_beyond_the_share_are_read_again(
    db: None, notification: Notification, settings: Any
) -> None:
    settings.NOTIFICATION_CACHE_SIZE = 50_000  # room for two groups
    users = []
    for number in range(6):
        group = Group.objects.create(name=f"group {number}")
        notification.update_group_prefs(group, {"email": number % 2 == 0})
        users.append(make_user(f"user {number}"))
        users[-1].groups.add(group)
    for _ in range(2):
        for number, user in enumerate(users):
            assert ["card-declined", "email", number % 2 == 0, "GROUP"] in read_matrix(user)
            assert len(configuration_cache.latest().group_entries) <= 3  # type: ignore[union-attr]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_writers_of_the_configuration_do_not_wait(
    observer: ObserverProcess, member: Any, reviewers: Group
) -> None:
    others = Group.objects.create(name="others")

    def write() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = '5s'")
            by_renaming(others)
        finally:
            connection.close()

    before, _ = observer.read(member)
    with transaction.atomic():
        by_api(reviewers)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result()
        assert observer.read(member)[0] == before
    assert observer.read(member)[0] == read_matrix(member) != before


def test_nothing_is_cached_without_the_table(
    transactional_db: None, notification: Any, alice: Any, reviewers: Group, client: Any
) -> None:
    """A database that was created without migrations has neither the table nor the triggers."""
    preferences.read(users=[alice])
    triggers.remove("default")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {triggers.TABLE} RENAME TO versions_elsewhere")
    try:
        for warm in (False, True):
            if warm:  # an alias that had the table before
                triggers.installed.add("default")
            configuration_cache.clear()
            client.force_login(alice)
            page = client.get("/preferences/").content.decode()
            assert "card-declined" in page
            assert notification.update_user_prefs(alice, {"email": warm}) == {
                "email": "updated" if warm else "created"
            }
            assert notification.update_group_prefs(reviewers, {"sms": warm})
            Notification.objects.update(display_name=f"Card {warm}")
            [row] = preferences.read(users=[alice])[0].rows
            assert row.notification.display_name == f"Card {warm}"
            assert configuration_cache.latest() is None
            call_command("migrate", run_syncdb=True, verbosity=0) if warm else None
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE versions_elsewhere RENAME TO {triggers.TABLE}")
        call_command("migrate", verbosity=0)
