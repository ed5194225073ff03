"""Replicas of the test database: one that PostgreSQL streams to, or a read-only file of SQLite."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connections

PATIENCE = 30
"""Seconds for a standby to catch up."""


class Streamed:
    """A standby of PostgreSQL, which replays nothing between two calls of `catch_up`."""

    def __init__(self, host: str) -> None:
        self.settings = {"HOST": host}

    def catch_up(self, alias: str) -> None:
        written = _value("default", "SELECT pg_current_wal_lsn()")
        _value(alias, "SELECT pg_wal_replay_resume()")
        _wait(alias, f"SELECT pg_last_wal_replay_lsn() >= '{written}'")
        _value(alias, "SELECT pg_wal_replay_pause()")
        _wait(alias, "SELECT pg_get_wal_replay_pause_state() = 'paused'")


class Copied:
    """A file of SQLite that is opened for reading alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.settings = {"NAME": f"file:{path}?mode=ro", "OPTIONS": {}}

    def catch_up(self, alias: str) -> None:
        connections[alias].close()
        original: Any = connections["default"]
        original.ensure_connection()
        self._path.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._path)) as copy:
            original.connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")


def _value(alias: str, sql: str) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _wait(alias: str, sql: str) -> None:
    until = time.monotonic() + PATIENCE
    while not _value(alias, sql):
        assert time.monotonic() < until, f"Still false: {sql}"
        time.sleep(0.02)
