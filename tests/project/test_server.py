"""The command that README.md gives for production serves the service."""

import os
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.benchmarks import servers

HOST = {"Host": "example.org", "X-Forwarded-Proto": "https"}
TOKEN = "t" * 32


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    scratch = tmp_path_factory.mktemp("server")
    settings = {
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "DEBUG": "false",
        "SECRET_KEY": "only-for-tests",
        "ALLOWED_HOSTS": "example.org",
        "BEHIND_TLS_PROXY": "true",
        "DATABASE_URL": f"sqlite:///{scratch / 'db.sqlite3'}",
    }
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(migrate, cwd=servers.ROOT, env={**os.environ, **settings}, check=True)
    port = servers.free_port()
    with servers.running(servers.production(port), port, scratch / "log", **settings):
        yield f"http://127.0.0.1:{port}"


def test_it_is_ready(server: str) -> None:
    answer = httpx.get(f"{server}/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}}


def test_it_answers_a_query(server: str) -> None:
    headers = {
        **HOST,
        "Origin": "https://example.org",
        "Cookie": f"csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
    }
    answer = httpx.post(
        f"{server}/graphql/", json={"query": "{ viewer { username } }"}, headers=headers
    )
    assert answer.json() == {"data": {"viewer": None}}


def test_it_takes_nothing_without_a_token(server: str) -> None:
    answer = httpx.post(f"{server}/graphql/", json={"query": "{ viewer { id } }"}, headers=HOST)
    assert answer.status_code == 403
