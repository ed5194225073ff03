"""Processes that share a log and are stopped together."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

SECONDS_TO_STOP = 10


class Processes:
    """Child processes that write to one log. The context manager stops all of them."""

    def __init__(self, log: IO[bytes], **environment: str) -> None:
        self._log = log
        self._environment: Mapping[str, str] = {**os.environ, **environment}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def start(self, name: str, *arguments: str, folder: Path | None = None) -> None:
        """Start this Python with the arguments."""
        self._running[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def failed(self, *names: str) -> str:
        """Return a sentence about a process that has ended, or ''."""
        for name in names:
            status = self._running[name].poll()
            if status is not None:
                return f"The {name} has ended with status {status}."
        return ""

    def __exit__(self, *_exception: object) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(SECONDS_TO_STOP)
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                process.kill()
                process.wait()
