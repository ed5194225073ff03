"""Process that reports the matrix of users: python -m tests.notifications.observer_process DB.

Reads primary keys of users, one a line. Writes a line of JSON for each: the matrix of the user and
the number of statements.
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


class ObserverProcess:
    """The process, as an object in the process that started it."""

    def __init__(self, database: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.notifications.observer_process", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def read(self, user: Any) -> tuple[list[Any], int]:
        """Return the matrix of a user, see `read_matrix`, and the number of statements."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{user.pk}\n")
        cells, statements = json.loads(self._process.stdout.readline())
        return cells, statements

    def stop(self) -> None:
        self._process.communicate(timeout=30)


def read_matrix(user: Any) -> list[Any]:
    """Return cells as (notification, backend, effective, source), and the names of groups."""
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
            cells = read_matrix(user)
        sys.stdout.write(json.dumps([cells, len(queries)]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main(sys.argv[1])
