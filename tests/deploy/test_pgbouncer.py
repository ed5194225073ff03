"""The service over PgBouncer, which shares three connections to PostgreSQL by transactions."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.benchmarks import servers
from tests.deploy.conftest import PROGRAMS

USERS = 300
CONFIGURATION = """
[databases]
pooled = host={socket} dbname=pooled user=pooled
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 50
client_login_timeout = 10
logfile = {folder}/pgbouncer.log
"""
CATALOGUE = """
[[notification]]
name = "welcome"
display_name = "Welcome"
backends = ["inbox"]
default = ["inbox"]
"""
PEOPLE = """
from django.contrib.auth import get_user_model
from django.test import Client
users = get_user_model()._default_manager
users.bulk_create([users.model(username=f"user{number}") for number in range(%d)])
client = Client()
client.force_login(users.get(username="user0"))
print(client.cookies["sessionid"].value)
"""
STATES = """
from collections import Counter
from notifications.models import SentNotification
rows = SentNotification.objects.values_list("state", flat=True)
print(*Counter(map(str, rows)).items())
"""
QUERY = "{ preferences { notifications { cells { effective source } } } }"
UPDATE = """
mutation Set($notify: Boolean!) {
  updatePreferences(
    input: {preferences: [{notification: "welcome", backend: "inbox", notify: $notify}]}
  ) { ... on UpdatePreferencesSuccess { results { cell { effective } } } ... on Error { message } }
}
"""
TOKEN = "t" * 32


@dataclass(frozen=True, slots=True)
class Pooled:
    settings: dict[str, str]

    def manage(self, *words: str, **settings: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=servers.ROOT,
            env={**os.environ, **self.settings, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=servers.ROOT,
            env={**os.environ, **self.settings},
            stdout=subprocess.DEVNULL,
        )


@pytest.fixture(scope="module")
def pooled(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooled]:
    folder, port = tmp_path_factory.mktemp("pgbouncer"), servers.free_port()
    for statement in (
        "CREATE ROLE pooled LOGIN",
        "ALTER ROLE pooled SET statement_timeout = '10s'",
        "CREATE DATABASE pooled OWNER pooled",
    ):
        command = [str(PROGRAMS / "psql"), "-h", postgresql, "-U", "postgres", "-qc", statement]
        subprocess.run(command, check=True)
    catalogue = folder / "catalogue.toml"
    catalogue.write_text(CATALOGUE)
    pooled = Pooled(
        {
            "DATABASE_URL": f"postgres://pooled@127.0.0.1:{port}/pooled?conn_max_age=60",
            "POOLER": "true",
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "DEBUG": "false",
            "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
            "ALLOWED_HOSTS": "example.org",
            "BEHIND_TLS_PROXY": "true",
            "TRUSTED_PROXIES": "1",
            "NOTIFICATION_CATALOGUES": str(catalogue),
            "DELIVERY_BATCH": "20",
        }
    )
    direct = f"postgres://pooled@/pooled?host={postgresql}"
    pooled.manage("migrate", "--verbosity=0", DATABASE_URL=direct, POOLER="false")
    with _pgbouncer(folder, port, postgresql):
        yield pooled


def _pgbouncer(folder: Path, port: int, socket: str) -> ExitStack:
    """Run it as the user that PostgreSQL runs as: it refuses to be root."""
    for path in (folder, *folder.parents):
        if path.owner() == "root" and path.is_relative_to("/tmp/"):  # noqa: S108
            path.chmod(0o755)
    folder.chmod(0o777)
    configuration = folder / "pgbouncer.ini"
    text = CONFIGURATION.format(socket=socket, port=port, folder=folder)
    configuration.write_text(text)
    [owner] = {path.owner() for path in Path(socket).glob(".s.PGSQL.*") if path.is_socket()}
    user = ["-u", owner] if os.getuid() == 0 else []
    stack = ExitStack()
    command = ["pgbouncer", "-q", *user, str(configuration)]
    environment = {"PATH": f"{os.environ['PATH']}:/usr/sbin"}
    process = stack.enter_context(subprocess.Popen(command, env=environment))
    stack.callback(process.kill)
    servers._wait(port, process, folder / "pgbouncer.log")  # noqa: SLF001
    return stack


@pytest.fixture(scope="module")
def session(pooled: Pooled) -> str:
    return pooled.manage("shell", "--no-imports", "-c", PEOPLE % USERS).split()[-1]


def test_the_role_limits_statements(pooled: Pooled) -> None:
    pooled.manage("check", "--deploy", "--database", "default", "--fail-level", "WARNING")


def test_queries_and_updates(pooled: Pooled, session: str, tmp_path: Path) -> None:
    port = servers.free_port()
    headers = {
        "Host": "example.org",
        "X-Forwarded-Proto": "https",
        "Origin": "https://example.org",
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
    }
    with servers.running(servers.production(port), port, tmp_path / "log", **pooled.settings):

        def post(number: int) -> bool:
            url = f"http://127.0.0.1:{port}/graphql/"
            update = {"query": UPDATE, "variables": {"notify": number % 2 == 0}}
            for body in (update, {"query": QUERY}) if number % 3 else ({"query": QUERY},):
                answer = httpx.post(url, json=body, headers=headers, timeout=30)
                if answer.status_code != 200 or "errors" in answer.json():
                    return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(post, range(60)))
        assert post(4)  # turned on in the end


def test_two_workers_deliver_to_everybody_once(pooled: Pooled, session: str) -> None:
    commands = ["delivery_worker", "--processes", "2"], ["deliver_due", "--every", "2"]
    workers = [pooled.start(*command) for command in commands]
    try:
        pooled.manage("send", "welcome", "--everybody", "--context", '{"message": "x"}')
        end, states = time.monotonic() + 60, ""
        while states.split() != ["('SENT',", f"{USERS})"]:
            assert time.monotonic() < end, states
            time.sleep(1)
            states = pooled.manage("shell", "--no-imports", "-c", STATES)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)
