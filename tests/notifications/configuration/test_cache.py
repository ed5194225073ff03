"""What is kept of the configuration is never older than the configuration."""

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
from tests.notifications.observer_process import Onlooker, seen

Change = Callable[[Group], Any]


@pytest.fixture
def onlooker(transactional_db: None) -> Iterator[Onlooker]:
    process = Onlooker(connection.settings_dict["NAME"])
    yield process
    process.leave()


@pytest.fixture
def member(transactional_db: None, notification: Notification, alice: Any) -> Any:
    """Alice, who sees a second notification by a permission of her group."""
    audit = Notification.objects.create(name="audit")
    NotificationBackend.objects.create(notification=audit, backend=Backend.objects.get(name="sms"))
    arrange(Group.objects.get())
    return alice


def arrange(reviewers: Group) -> None:
    """Make it so that each of the changes is one."""
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
    assert at_the_desk().post(url, {**form, **inlines}).status_code == 302


def by_the_groups_admin(reviewers: Group) -> None:
    url = f"/admin/auth/group/{reviewers.pk}/change/"
    assert at_the_desk().post(url, {"name": "renamed", "permissions": []}).status_code == 302


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


def at_the_desk() -> Client:
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


def test_another_process_sees_each_change_at_its_next_look(
    onlooker: Onlooker, member: Any, reviewers: Group, tmp_path: Path
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

    onlooker.look(member)
    for change in [*CHANGES, by_loaddata, by_loading_everything]:
        arrange(reviewers)
        path = tmp_path / "backends.json"
        path.write_text(json.dumps(fixture()))
        before, statements = onlooker.look(member)
        assert statements == 3, "the change before is read"
        assert onlooker.look(member) == (before, 1), "nothing has changed, and nothing is read"
        change(reviewers)
        after, _ = onlooker.look(member)
        configuration_cache.clear()
        assert after == seen(member), change.__name__
        assert after != before, change.__name__


def fixture() -> list[dict[str, Any]]:
    """Return the backends as `dumpdata` writes them, the other way round."""
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


def test_what_is_rolled_back_is_seen_by_nobody_else_and_by_oneself_no_longer(
    onlooker: Onlooker, member: Any, reviewers: Group
) -> None:
    before, _ = onlooker.look(member)
    with transaction.atomic():
        by_api(reviewers)
        within = seen(member)
        assert within != before
        if connection.vendor == "postgresql":  # SQLite's reader is in the way of its writer
            assert onlooker.look(member)[0] == before
        transaction.set_rollback(True)
    assert seen(member) == before
    assert onlooker.look(member)[0] == before
    by_clearing(reviewers)
    assert seen(member) == onlooker.look(member)[0] != before


def test_each_look_within_a_transaction_sees_what_was_written_before(
    member: Any, reviewers: Group
) -> None:
    with transaction.atomic():
        for notify in (True, False, True):
            GroupPrefs.objects.filter(backend__name="email").update(notify=notify)
            assert ["card-declined", "email", notify, "GROUP"] in seen(member)


def test_a_savepoint_that_is_rolled_back_is_forgotten(member: Any, reviewers: Group) -> None:
    with transaction.atomic():
        before = seen(member)
        with transaction.atomic():
            by_api(reviewers)
            assert seen(member) != before
            transaction.set_rollback(True)
        assert seen(member) == before


@pytest.mark.parametrize("table", sorted(triggers.tables()))
def test_without_one_of_the_triggers_nothing_is_kept(
    db: None, notification: Notification, alice: Any, table: str
) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'DROP TRIGGER {triggers.NAME} ON "{table}"')
        else:
            cursor.execute(f'DROP TRIGGER "{triggers.NAME}_{table}_UPDATE"')
    configuration_cache.clear()
    seen(alice)
    with CaptureQueriesContext(connection) as queries:
        seen(alice)
    assert len(queries) == 3  # the user's, the catalogue, the groups'


def test_without_a_version_nothing_is_kept(
    db: None, notification: Notification, alice: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM notifications_version")
    seen(alice)
    with CaptureQueriesContext(connection) as queries:
        seen(alice)
    assert len(queries) == 3


def test_flushing_the_tables_is_a_change(member: Any, onlooker: Onlooker) -> None:
    name = member.get_username()
    onlooker.look(member)
    call_command("flush", interactive=False, verbosity=0)
    again = make_user(name, pk=member.pk)
    assert onlooker.look(again)[0] == seen(again) == []


def test_groups_beyond_what_is_kept_are_read_again(
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
            assert ["card-declined", "email", number % 2 == 0, "GROUP"] in seen(user)
            assert len(configuration_cache.latest().group_entries) <= 3  # type: ignore[union-attr]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_writers_of_the_configuration_do_not_wait_for_each_other(
    onlooker: Onlooker, member: Any, reviewers: Group
) -> None:
    others = Group.objects.create(name="others")

    def write() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = '5s'")
            by_renaming(others)
        finally:
            connection.close()

    before, _ = onlooker.look(member)
    with transaction.atomic():
        by_api(reviewers)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result()
        assert onlooker.look(member)[0] == before
    assert onlooker.look(member)[0] == seen(member) != before


def test_without_a_table_of_versions_nothing_is_kept(
    transactional_db: None, notification: Any, alice: Any, reviewers: Group, client: Any
) -> None:
    """A database that was made without migrations has neither the table nor the triggers."""
    preferences.read(users=[alice])
    triggers.remove("default")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {triggers.TABLE} RENAME TO versions_elsewhere")
    try:
        for warm in (False, True):
            if warm:  # an alias that was found before
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
