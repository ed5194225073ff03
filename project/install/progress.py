"""Display of a long step: its name, and then the elapsed seconds.

python -m project.install.progress LABEL COMMAND [ARGUMENT ...]

Runs the command and prints its output only if it fails. Uses the standard library alone.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TERMINAL_EVERY = 1.0
"""Seconds between two updates of the text on a terminal."""

LOG_EVERY = 5.0
"""Seconds between two lines where the output is not a terminal."""


@contextmanager
def progress(label: str) -> Iterator[None]:
    """Display `label` and the elapsed time on standard output until the block ends."""
    display = _Display(label)
    ticker = threading.Thread(target=display.tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        display.ended.set()
        ticker.join()


class _Display:
    def __init__(self, label: str) -> None:
        self.ended = threading.Event()
        self._label = label
        self._started = time.monotonic()

    def tick(self) -> None:
        terminal = sys.stdout.isatty()
        self._write(f"{self._label} ..." + ("" if terminal else "\n"))
        while not self.ended.wait(TERMINAL_EVERY if terminal else LOG_EVERY):
            text = f"{self._label} ... {time.monotonic() - self._started:.0f} s"
            self._write(f"\r{text}" if terminal else f"{text}\n")
        if terminal:
            self._write("\n")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def run(command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command and return its status and its output, errors included."""
    return subprocess.run(  # noqa: S603
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )


def main(label: str, *command: str) -> int:
    with progress(label):
        done = run(list(command))
    if done.returncode:
        sys.stdout.write(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
