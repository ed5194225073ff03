"""Process that reports the matrix of users: python -m tests.notifications.observer_process DB.

Reads primary keys, a line each, and answers each with a line of JSON: the user's matrix, and how
many statements it took.
"""

import json
import os
import subprocess
import sys
from typing import Any

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext


class Onlooker:
    """The process, seen from the one that started it."""

    def __init__(self, database: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.notifications.observer_process", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def look(self, user: Any) -> tuple[list[Any], int]:
        """Return cells of (notification, backend, effective, source), and the statements."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{user.pk}\n")
        cells, statements = json.loads(self._process.stdout.readline())
        return cells, statements

    def leave(self) -> None:
        self._process.communicate(timeout=30)


def seen(user: Any) -> list[Any]:
    from notifications import preferences  # noqa: PLC0415 - once apps are ready

    [matrix] = preferences.read(users=[user])
    return [
        [row.notification.name, cell.backend.name, cell.decision.effective, cell.decision.source]
        for row in matrix.rows
        for cell in row.cells
    ] + [[group.name] for group in matrix.groups]


def main(database: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    for line in sys.stdin:
        user = get_user_model()._default_manager.get(pk=line.strip())
        with CaptureQueriesContext(connection) as queries:
            cells = seen(user)
        sys.stdout.write(json.dumps([cells, len(queries)]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main(sys.argv[1])
