"""Fixtures: processes on a database of their own, which tests kill."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

USERS = 40
WAIT = 180
"""Seconds that a test waits at most, on a loaded machine."""

PREPARE = f"""
from django.contrib.auth import get_user_model
from notifications.models import NotificationBackend
from notifications.shortcuts import create_notification
for name, backend in {{"alarm": "post", "news": "email", "note": "inbox"}}.items():
    create_notification(name, backends=[backend])
NotificationBackend.objects.update(default=True)
model = get_user_model()
model.objects.bulk_create(
    model(username=f"user-{{i}}", email=f"user-{{i}}@example.org") for i in range({USERS})
)
"""


figures: Counter[str] = Counter()
"""Numbers of events and of their outcomes in all tests; docs/explanation/delivery.md has them."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    parts = (f"{count} {what}" for what, count in figures.items())
    terminalreporter.write_line(f"All tests together: {', '.join(parts)}.")


@dataclass
class Sandbox:
    """A database, its processes, and the file of messages that were delivered from it."""

    url: str
    delivered: Path

    def env(self, **more: str) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.delivery_in_trouble.settings",
            "DEBUG": "true",
            "SECRET_KEY": "only-for-tests",
            "DATABASE_URL": self.url,
            "DELIVERED": str(self.delivered),
            **more,
        }

    def run(self, *words: str, **env: str) -> int:
        """Run a command, and return its exit code: -9 if it was killed."""
        done = subprocess.run(
            manage(*words), env=self.env(**env), capture_output=True, timeout=WAIT, check=False
        )
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
        figures["workers killed"] += done.returncode < 0
        return done.returncode

    @contextmanager
    def running(self, *words: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
        with subprocess.Popen(
            manage(*words),
            env=self.env(**env),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                end(process)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.url.startswith("sqlite"):
            database = sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30)
            try:
                return database.execute(sql).fetchall()
            finally:
                database.close()
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.encode()).fetchall()

    def states(self) -> dict[str, int]:
        counted = "SELECT state, COUNT(*) FROM notifications_sentnotification GROUP BY state"
        return dict(self.rows(counted))

    def finish(self, **env: str) -> None:
        """Run a worker until everything is delivered."""
        with self.running("deliver_due", "--every", "0.2", **env):
            until(lambda: self.states() == {"SENT": USERS})

    def copies(self) -> list[int]:
        """Return the number of messages of each user."""
        counted = Counter(self.delivered.read_text().split()) if self.delivered.exists() else {}
        users = self.rows("SELECT id FROM auth_user")
        return [counted.get(str(user), 0) for (user,) in users]

    def doubled(self) -> int:
        """Assert that each user got the message; return the number of second copies."""
        copies = self.copies()
        figures["messages"] += USERS
        figures["lost"] += copies.count(0)
        figures["doubled"] += sum(copies) - USERS
        assert min(copies) >= 1
        return sum(copies) - USERS


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it has started."""
    figures["workers killed"] += 1
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def manage(*words: str) -> list[str]:
    if words[0] == "celery":
        return [str(Path(sys.executable).with_name("celery")), *words[1:]]
    return [sys.executable, "manage.py", *words]


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, "It takes too long."
        time.sleep(0.1)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def template(request: Any, tmp_path_factory: Any) -> str:
    """Return the URL of a database with users and notifications, which each test copies."""
    directory = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        url = f"sqlite:///{directory / 'template.sqlite3'}"
    else:
        url = _database("delivery_template", "")
    sandbox = Sandbox(url, directory / "delivered")
    sandbox.run("migrate", "-v0")
    sandbox.run("shell", "-v0", "-c", PREPARE)
    return url


@pytest.fixture
def sandbox(template: str, tmp_path: Path) -> Sandbox:
    delivered = tmp_path / "delivered"
    if template.startswith("sqlite"):
        copy = tmp_path / "db.sqlite3"
        shutil.copy(template.removeprefix("sqlite:///"), copy)
        return Sandbox(f"sqlite:///{copy}", delivered)
    name = f"delivery_{time.monotonic_ns()}"
    return Sandbox(_database(name, "TEMPLATE delivery_template"), delivered)


def _database(name: str, how: str) -> str:
    """Create a database on the server that DATABASE_URL names, and return its URL."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name} {how}".encode())
    return urlsplit(server)._replace(path=f"/{name}").geturl()
