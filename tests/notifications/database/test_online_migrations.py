"""Migrations that do not block requests; `make test-delivery` runs them beside requests."""

import threading
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from notifications import migrations
from notifications.database import online_migrations
from project import migrations as deployed


@pytest.mark.parametrize("package", [migrations, deployed])
def test_all_migrations_repeat_attempts_to_lock(package: Any) -> None:
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        assert issubclass(import_module(module.name).Migration, online_migrations.Migration), (
            module.name
        )


@pytest.mark.django_db(transaction=True)
def test_migration_is_repeated_until_it_gets_its_locks(monkeypatch: Any) -> None:
    if connection.vendor != "postgresql":  # where migrations have the database to themselves
        assert online_migrations.with_locks(lambda: 1, using="default") == 1
        return
    locked, attempted, tries = threading.Event(), threading.Event(), 0

    def lock() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE notifications_backend IN SHARE MODE")
            locked.set()
            attempted.wait(10)
        connection.close()

    def change() -> str:
        nonlocal tries
        tries += 1
        if tries > 1:
            attempted.set()
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE notifications_backend IN ACCESS EXCLUSIVE MODE")
        return "changed"

    thread = threading.Thread(target=lock)
    thread.start()
    locked.wait(10)
    assert online_migrations.with_locks(change, using="default") == "changed"
    thread.join()
    assert tries > 1


@pytest.mark.django_db(transaction=True)
def test_other_errors_propagate() -> None:
    def fail() -> None:
        raise OperationalError("out of memory")

    with pytest.raises(OperationalError, match="out of memory"):
        online_migrations.with_locks(fail, using="default")


@pytest.mark.django_db(transaction=True)
def test_indexes_of_foreign_keys_are_dropped_and_created() -> None:
    def indexed() -> bool:
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "notifications_userprefs")
        return any(about["columns"] == ["user_id"] and about["index"] for about in found.values())

    assert not indexed()
    try:
        call_command("migrate", "notifications", "0004", verbosity=0)
        assert indexed()
    finally:
        call_command("migrate", verbosity=0)
    assert not indexed()
