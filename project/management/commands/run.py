import signal
import subprocess
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

EVERY = "5"
"""Seconds between two looks for what is due."""


class Command(BaseCommand):
    help = "Serve for development, with a worker beside; all stop together."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("port", help="where to listen")

    def handle(self, *, port: str, **_options: Any) -> None:
        # Stopped as politely as by Ctrl-C, which reaches all of them at once.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        commands = (["runserver", port], ["db_worker", "-v0"], ["deliver_due", "--every", EVERY])
        running: list[subprocess.Popen[bytes]] = []
        try:
            running += (subprocess.Popen([sys.executable, sys.argv[0], *c]) for c in commands)  # noqa: S603
            while all(process.poll() is None for process in running):
                time.sleep(0.2)
        except KeyboardInterrupt:
            pass
        finally:
            _stop(running)


def _stop(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(10)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()
