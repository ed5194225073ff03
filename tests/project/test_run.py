"""`manage.py run`, as `make run` starts it, on a port of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import pytest
from django.core.management import CommandError, call_command

from project.demo import people
from tests.benchmarks.servers import ROOT, free_port

SECONDS = 120


@dataclass
class Service:
    port: int
    process: "subprocess.Popen[str]"

    @property
    def output(self) -> IO[str]:
        assert self.process.stdout
        return self.process.stdout

    def log(self) -> str:
        return ROOT.joinpath(f"run-{self.port}.log").read_text()


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Service]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "GRAPHIQL": "false",  # nothing is built
        **settings,
    }
    for name in ("PORT", "SITE_URL", "SECRET_KEY"):
        environment.pop(name, None)
    with subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "run", str(port)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Service(port, process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(SECONDS)
            ROOT.joinpath(f"run-{port}.log").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("run")) as service:
        yield service


@pytest.fixture(scope="module")
def introduction(service: Service) -> str:
    """The output up to the end of the query."""
    lines: list[str] = []
    while not lines or lines[-1].rstrip() != "}":
        line = service.output.readline()
        assert line, "".join(lines)
        lines.append(line)
    return "".join(lines)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_it_introduces_the_demo_last(service: Service, introduction: str) -> None:
    answer = httpx.get(f"http://127.0.0.1:{service.port}/", follow_redirects=True)
    assert answer.status_code == 200
    _, _, last = introduction.partition("\nOpen ")
    assert last.startswith(f"http://127.0.0.1:{service.port}/ and sign in")
    for text in (*people.USERS, people.PASSWORD, f":{service.port}/graphql/", people.QUERY):
        assert text in last


def test_links_in_mails_lead_to_the_port(service: Service, introduction: str) -> None:
    until(lambda: "/preferences/unsubscribe/" in service.log())
    ports = set(re.findall(r"http://127\.0\.0\.1:(\d+)/", service.log()))
    assert ports == {str(service.port)}


def test_an_interrupt_ends_all_processes(service: Service, introduction: str) -> None:
    os.killpg(service.process.pid, signal.SIGINT)
    assert service.process.wait(SECONDS) == 0
    assert service.output.read().split() == ["Stopped."], "It printed after the introduction."
    with pytest.raises(ProcessLookupError):
        os.killpg(service.process.pid, 0)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", service.port))


def test_a_page_in_error_is_no_first_page(tmp_path: Path) -> None:
    with running(tmp_path, ALLOWED_HOSTS="example.org") as service:
        output = service.output.read()
        assert service.process.wait(SECONDS) == 1
    assert f"http://127.0.0.1:{service.port}/ answers 400 Bad Request." in output
    assert "Invalid HTTP_HOST header" in output
    assert "Open http" not in output


@pytest.mark.parametrize("port", ["", "x", "-1", "0", "65536", "9" * 5000, "80.5", "::1", "²"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("run", "--", port)
    assert str(caught.value) == f"Port {port!r} cannot be used. Allowed: 1 to 65535."


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError) as caught:
            call_command("run", str(port))
    assert re.fullmatch(
        rf"Port {port} cannot be used \(.*\)\..* make run PORT=8001", str(caught.value)
    )


@pytest.mark.parametrize("port", ["8200", "8000"])
def test_make_serves_on_the_port(port: str) -> None:
    given = [] if port == "8000" else [f"PORT={port}"]
    environment = {name: value for name, value in os.environ.items() if name != "PORT"}
    done = subprocess.run(
        ["make", "-n", "-C", str(ROOT), "run", *given],  # noqa: S607
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"manage.py run {port}\n" in done.stdout
