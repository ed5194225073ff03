"""A database of its own for every benchmark: a copy of one that was migrated once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.benchmarks.harness import POSTGRESQL, SQLITE

MANAGE = Path(__file__).parents[2] / "manage.py"
TEMPLATE, COPY = "benchmark_template", "benchmark"
KEPT = "conn_max_age=600"
"""Connections are kept: a new one for each request would take most of the measured time."""
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
    "DEBUG": "false",
    "SECRET_KEY": "only-for-benchmarks-" + "x" * 50,
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "SECURE_SSL_REDIRECT": "false",
    "STATEMENT_TIMEOUT": "0",
    # Nobody is slowed down, but everybody is counted.
    "RATE_MUTATIONS_PER_ACCOUNT": "100000000/m",
    "RATE_MUTATIONS_PER_ADDRESS": "100000000/m",
}
"""The service in production, but for TLS, which a proxy would speak."""


class Databases:
    """SQLite in a folder, and PostgreSQL where DATABASE_URL names one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        url = os.environ.get("DATABASE_URL", "")
        self._server = url if url.startswith("postgres") else ""
        self.vendors = (SQLITE, POSTGRESQL) if self._server else (SQLITE,)
        self._migrated: set[str] = set()

    @contextmanager
    def fresh(self, vendor: str) -> Iterator[dict[str, str]]:
        """Yield an environment whose DATABASE_URL names a new database, dropped in the end."""
        if vendor not in self._migrated:
            self._create(vendor, TEMPLATE)
            migrate = [sys.executable, str(MANAGE), "migrate", "--verbosity=0"]
            subprocess.run(migrate, env=self._environment(vendor, TEMPLATE), check=True)
            self._migrated.add(vendor)
        self._copy(vendor)
        try:
            yield self._environment(vendor, COPY)
        finally:
            self._drop(vendor, COPY)

    def close(self) -> None:
        for vendor in self._migrated:
            self._drop(vendor, TEMPLATE)

    def _environment(self, vendor: str, name: str) -> dict[str, str]:
        return {**os.environ, "DATABASE_URL": self._url(vendor, name)}

    def _url(self, vendor: str, name: str) -> str:
        if vendor == SQLITE:
            return f"sqlite:///{self._folder / name}.sqlite3?{KEPT}"
        parts = urlsplit(self._server)
        query = "&".join(filter(None, [parts.query, KEPT]))
        return parts._replace(path=f"/{name}", query=query).geturl()

    def _create(self, vendor: str, name: str) -> None:
        if vendor == POSTGRESQL:
            self._drop(vendor, name)
            self._execute("CREATE DATABASE {}", name)

    def _copy(self, vendor: str) -> None:
        self._drop(vendor, COPY)
        if vendor == POSTGRESQL:
            self._execute("CREATE DATABASE {} TEMPLATE {}", COPY, TEMPLATE)
        else:
            shutil.copy(self._folder / f"{TEMPLATE}.sqlite3", self._folder / f"{COPY}.sqlite3")

    def _drop(self, vendor: str, name: str) -> None:
        if vendor == POSTGRESQL:
            self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        else:
            for path in self._folder.glob(f"{name}.sqlite3*"):
                path.unlink()

    def _execute(self, statement: str, *names: str) -> None:
        with closing(psycopg.connect(self._server, autocommit=True)) as server:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
