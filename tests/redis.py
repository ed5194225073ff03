"""Run a command where there is a redis-server to start; on Debian, root installs one.

python -m tests.redis COMMAND [ARGUMENT ...]
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from project.install import progress

INSTALL = "apt-get update -qq && apt-get install -y -qq redis-server"


@contextmanager
def running(port: int, directory: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server that forgets everything when it ends."""
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen([*words, "--dir", directory], stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield server
        finally:
            server.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"Redis does not answer on port {port}.")


def _install() -> None:
    if shutil.which("redis-server"):
        return
    if os.getuid() == 0 and shutil.which("apt-get"):
        if status := progress.main("Installing Redis", "sh", "-c", INSTALL):
            sys.exit(status)
        return
    sys.exit("Redis is missing: install redis-server.")


def main(command: list[str]) -> int:
    _install()
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
