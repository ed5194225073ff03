"""Servers on this machine: the service as docs/guides/deployment.md runs it, and its peers."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 60


def production(port: int) -> list[str]:
    """Return the command of the guide, with the programs of this Python, for a local port."""
    guide = ROOT.joinpath("docs/guides/deployment.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^\$ (granian .*)$", guide, re.MULTILINE)
    program, *arguments = shlex.split(line)
    given = {"--port": str(port), "--host": "127.0.0.1"}
    for place, name in enumerate(arguments[:-1]):
        arguments[place + 1] = given.get(name, arguments[place + 1])
    return [str(Path(sys.executable).with_name(program)), *arguments]


@contextmanager
def running(command: list[str], port: int, log: Path, **settings: str) -> Iterator[None]:
    """Run a server until it is no longer needed, in a folder of its own choice."""
    environment: Mapping[str, str] = {**os.environ, **settings}
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait(port, server, log)
        yield
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server listens."""
    end = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")
