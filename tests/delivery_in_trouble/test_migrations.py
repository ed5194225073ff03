"""Migrations of 200,000 users beside requests and a long transaction, on PostgreSQL."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.delivery_in_trouble.conftest import Sandbox, _database, manage, until

USERS = 200_000
LONG = 6.0
"""Seconds of the long transaction."""
STALL = 3.0
"""Seconds that a request may take meanwhile, on a busy machine."""

PREPARE = """
from django.core.management import call_command
for app in ("auth", "admin", "sessions", "django_tasks_database"):  # not of this project
    call_command("migrate", app, verbosity=0)
call_command("migrate", "notifications", "{before}", verbosity=0)
"""
PEOPLE = """
INSERT INTO auth_user (username, email, password, first_name, last_name, is_active, is_staff,
    is_superuser, date_joined)
SELECT 'user-' || n, 'user-' || n || '@example.org', '', '', '', true, false, false, now()
FROM generate_series(1, USERS) AS n;
INSERT INTO auth_group (name) VALUES ('Reviewers');
"""
PREFS = """
INSERT INTO notifications_backend (name, display_name, description, enabled, klass, position,
    created, updated) VALUES ('post', '', '', true, '', 1, now(), now());
INSERT INTO notifications_notification (name, display_name, description, category, public, position,
    created, updated) VALUES ('alarm', '', '', '', true, 1, now(), now());
INSERT INTO notifications_userprefs (notify, backend_id, notification_id, user_id, created, updated)
SELECT true, backend.id, alarm.id, auth_user.id, now(), now()
FROM auth_user, notifications_backend AS backend, notifications_notification AS alarm;
"""
REQUESTS = (
    "UPDATE auth_user SET last_login = now() WHERE username = 'user-{n}'",
    "SELECT * FROM auth_user WHERE username = 'user-{n}'",
    "UPDATE auth_group SET name = 'Reviewers'",
)
ONE = "user_id = (SELECT id FROM auth_user WHERE username = 'user-{n}')"
OF_PREFS = (
    f"UPDATE notifications_userprefs SET notify = NOT notify WHERE {ONE}",  # noqa: S608
    f"SELECT COUNT(*) FROM notifications_userprefs WHERE {ONE}",  # noqa: S608
    "SELECT name FROM notifications_notification",
)


@pytest.fixture
def empty(tmp_path: Path) -> Sandbox:
    return Sandbox(_database(f"migrations_{time.monotonic_ns()}", ""), tmp_path / "delivered")


@contextmanager
def in_threads(*works: Callable[[], None]) -> Iterator[None]:
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(60)


@pytest.mark.parametrize(
    ("before", "requests"),
    [("zero", REQUESTS), ("0004", (*REQUESTS, *OF_PREFS))],
    ids=["first installation", "upgrade"],
)
def test_migrations_do_not_stop_requests(
    empty: Sandbox, before: str, requests: tuple[str, ...]
) -> None:
    empty.run("shell", "-v0", "-c", PREPARE.format(before=before))
    with psycopg.connect(empty.url) as connection:
        connection.execute(PEOPLE.replace("USERS", str(USERS)).encode())
        if before != "zero":
            connection.execute(PREFS.encode())
    seconds: list[tuple[float, str]] = []
    over, begun, migrated = threading.Event(), threading.Event(), threading.Event()

    def take_long() -> None:
        with psycopg.connect(empty.url) as connection:
            for request in requests:
                connection.execute(request.format(n=1).encode())
            begun.set()
            time.sleep(LONG)
        over.set()

    def make_requests() -> None:
        with psycopg.connect(empty.url, autocommit=True) as connection:
            number = 1
            while not migrated.is_set():
                for request in requests:
                    if "auth_group" in request and not over.is_set():
                        continue  # the row is locked by the long transaction
                    number = number % 100 + 2
                    start = time.monotonic()
                    connection.execute(request.format(n=number).encode())
                    seconds.append((time.monotonic() - start, request))
                time.sleep(0.01)

    with in_threads(take_long, make_requests):
        until(begun.is_set)
        done = subprocess.run(
            manage("migrate", "-v1"), env=empty.env(), capture_output=True, timeout=90, check=False
        )
        waited = over.is_set()
        migrated.set()
    assert done.returncode == 0, done.stderr.decode()
    assert waited
    assert len(seconds) > 100
    assert max(seconds) < (STALL, "")
    with suppress(psycopg.errors.UndefinedTable), psycopg.connect(empty.url) as connection:
        names = [name for (name,) in connection.execute(INDEXES.encode())]
        assert not [name for name in names if "user_id" in name or "notification_id" in name]


INDEXES = "SELECT indexname FROM pg_indexes WHERE tablename = 'notifications_userprefs'"


def test_a_migration_that_gets_no_lock_is_repeated(empty: Sandbox) -> None:
    """Its earlier steps are rolled back each time, so that it can be stopped at any time."""
    empty.run("shell", "-v0", "-c", PREPARE.format(before="zero"))
    with psycopg.connect(empty.url) as connection:
        connection.execute(b"LOCK TABLE auth_permission IN ROW EXCLUSIVE MODE")
        with pytest.raises(subprocess.TimeoutExpired):
            subprocess.run(
                manage("migrate", "-v0", "notifications"),
                env={**empty.env(), "PYTHONUNBUFFERED": "1"},
                capture_output=True,
                timeout=8,
                check=False,
            )
        assert connection.execute(b"SELECT to_regclass('notifications_backend')").fetchone() == (
            None,
        )
    assert empty.run("migrate", "-v0") == 0
