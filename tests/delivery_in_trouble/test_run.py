"""`manage.py run`: the service and its worker, as `make run` starts them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SEND = ["send", "failed_pipeline", "--everybody", "--watch"]
WAIT = 60


def manage(*words: str, database: Path) -> list[str]:
    return [
        "env",
        "DEBUG=true",
        f"DATABASE_URL=sqlite:///{database}",
        sys.executable,
        "manage.py",
        *words,
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def members(group: int) -> list[int]:
    """Return the ids of a group's processes, without zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, itself = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # gone meanwhile
            continue
        if itself == str(group) and state != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it counts processes in /proc")
def test_the_service_delivers_and_stops_as_a_whole(tmp_path: Path) -> None:
    database, port = tmp_path / "db.sqlite3", free_port()
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings", "GRAPHIQL": "false"}
    subprocess.run(manage("demo", database=database), check=True, env=env, capture_output=True)
    service = subprocess.Popen(
        manage("run", str(port), database=database),
        env=env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: listens(port))
        sent = subprocess.run(
            manage(*SEND, database=database),
            check=True,
            env=env,
            capture_output=True,
            text=True,
            timeout=WAIT,
        )
        assert "100%" in sent.stdout.splitlines()[-1]
        assert members(service.pid)
        service.send_signal(signal.SIGTERM)
        service.wait(WAIT)
        until(lambda: not members(service.pid))
        assert not listens(port)
    finally:
        if members(service.pid):
            os.killpg(service.pid, signal.SIGKILL)
        service.wait()
        Path(f"run-{port}.log").unlink()
