import signal
import socket
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from project.demo import people
from project.demo.processes import Processes
from project.graphiql import bundle
from project.install.progress import progress

EVERY = "5"
"""Seconds between two searches for overdue deliveries."""

SECONDS_TO_ANSWER = 120
SERVED = ("server", "worker", "sweeper")


class Command(BaseCommand):
    help = "Load the demo and serve it for development, with a worker; all stop together."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("port", nargs="?", default="8000", help="port of 127.0.0.1")

    def handle(self, *, port: str, **_options: Any) -> None:
        _refuse(port)
        # SIGTERM and a closed terminal stop all processes as Ctrl-C does, also in the background.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        path = Path(settings.BASE_DIR, f"run-{port}.log")
        try:
            with progress("Loading the demo"):
                call_command("demo", stdout=StringIO())
            with path.open("wb") as log, Processes(log, PORT=port, PYTHONUNBUFFERED="1") as running:
                self._serve(running, port, path)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _serve(self, running: Processes, port: str, log: Path) -> None:
        url = f"http://127.0.0.1:{port}/"
        with progress("Starting the server"):
            running.start("server", sys.argv[0], "runserver", port)
            running.start("worker", sys.argv[0], "delivery_worker", "-v0")
            running.start("sweeper", sys.argv[0], "deliver_due", "--every", EVERY)
            _wait(url, running, log)
        if settings.GRAPHIQL and not bundle.is_current():
            # The build would delay the first page.
            running.start("build", "-m", "project.graphiql.bundle", folder=settings.BASE_DIR)
            self.stdout.write("GraphiQL is being built in the background.")
        self._introduce(url, log)
        while not (failure := running.failed(*SERVED)):
            time.sleep(0.2)
        raise CommandError(_with_log(failure, log))

    def _introduce(self, url: str, log: Path) -> None:
        write = self.stdout.write
        write(f"Requests, mail and text messages are logged in {log}. Ctrl-C stops all processes.")
        write(f"\nOpen {url} and sign in with the password {people.PASSWORD!r} as")
        for name, about in people.USERS.items():
            write(f"  {name:8} {about.about}")
        write(f"\nA query to try at {url}graphql/ :\n{people.QUERY}\n")
        self.stdout.flush()


def _refuse(port: str) -> None:
    """Raise CommandError if no server can listen on the port."""
    if not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 2**16:
        raise CommandError(f"Port {port!r} cannot be used. Allowed: 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error}). Choose another: make run PORT=8001"
            ) from None


def _wait(url: str, running: Processes, log: Path) -> None:
    """Wait for the first page. Raises CommandError if no page is answered."""
    opener = build_opener(ProxyHandler({}))
    end = time.monotonic() + SECONDS_TO_ANSWER
    while not (failure := running.failed(*SERVED)) and time.monotonic() < end:
        try:
            opener.open(url, timeout=SECONDS_TO_ANSWER).close()
        except HTTPError as error:
            failure = f"{url} answers {error.code} {error.reason}."
            break
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise CommandError(_with_log(failure or f"{url} does not answer.", log))


def _with_log(failure: str, log: Path) -> str:
    end = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
    return "\n".join([f"{failure} The end of {log}:", *end])
