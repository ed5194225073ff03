"""The service as `make run` starts it, with the demo in a temporary database."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from urllib.error import URLError
from urllib.request import urlopen

MANAGE = Path(__file__).parents[2] / "manage.py"
SECONDS_TO_START = 60
MESSAGES = [["send", "failed_pipeline", "--users", "alice"]] * 3
"""Messages besides those of the demo: each client marks two of them as read."""


@contextmanager
def serving(**settings: str) -> Iterator[dict[str, str]]:
    """Start a server, and yield the environment variables of its URL and tokens."""
    with tempfile.TemporaryDirectory(prefix="clients-") as scratch:
        database = f"sqlite:///{scratch}/db.sqlite3"
        tokens = {
            "BEARER_ISSUER": "clients",
            "BEARER_AUDIENCE": "service",
            "BEARER_ALGORITHMS": "HS256",
            "BEARER_KEY": token_urlsafe(64),
        }
        settings |= {**tokens, "DEBUG": "true", "DATABASE_URL": database}
        environment = {**os.environ, **settings}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        manage = [sys.executable, str(MANAGE)]
        for command in (["demo"], *MESSAGES, ["delivery_worker", "--batch"]):
            arguments = [*manage, *command]
            subprocess.run(arguments, env=environment, check=True, stdout=subprocess.DEVNULL)
        address = f"127.0.0.1:{_free_port()}"
        log = Path(scratch, "log")
        with log.open("w") as output:
            server = subprocess.Popen(
                [*manage, "runserver", "--noreload", address],
                env=environment,
                stdout=output,
                stderr=output,
            )
        try:
            _wait(f"http://{address}", server, log)
            yield {**tokens, "SERVICE_URL": f"http://{address}"}
        finally:
            server.terminate()
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server responds. Raises SystemExit."""
    end = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < end:
        try:
            urlopen(f"{url}/graphql/?query={{__typename}}").close()  # noqa: S310 - always http
        except URLError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"The server did not start:\n{log.read_text()}")
