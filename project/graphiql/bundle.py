"""Build of GraphiQL's page from project/graphiql, and the state of the build.

python -m project.graphiql.bundle    build in the background: at low priority; needs no Django
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from project.graphiql import nodejs

SOURCE = Path(__file__).parent
TARGET = SOURCE.parent / "static" / "project" / "graphiql"
STATE = SOURCE / ".build"
"""File that a build locks. It contains the reason why the last build failed."""

VITE = ("node", "node_modules/vite/bin/vite.js", "build", "--emptyOutDir", "--outDir")


@dataclass(frozen=True, slots=True)
class State:
    running: bool = False
    failure: str = ""


class BuildFailed(Exception):
    pass


def state() -> State:
    """Return the state of the build: running, failed, or neither."""
    try:
        with STATE.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return State(failure=file.read())
    except BlockingIOError:
        return State(running=True)
    except OSError:
        return State()


def is_current() -> bool:
    """Return True if the page is built from the present sources."""
    stamp = TARGET / ".stamp"
    return stamp.exists() and stamp.read_text() == _digest()


def build() -> None:
    """Build the page unless it is current, one build at a time. Raises BuildFailed."""
    with STATE.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        if is_current():
            return
        try:
            _build()
        except (OSError, subprocess.CalledProcessError) as error:
            file.write(_reason(error))
            raise BuildFailed(_reason(error)) from error


def _build() -> None:
    """Build beside the target, which then is replaced: the page is complete or absent."""
    digest, fresh = _digest(), TARGET.with_name("graphiql.new")
    environment = nodejs.environment()
    nodejs.run(nodejs.INSTALL, environment=environment, folder=SOURCE)
    nodejs.run((*VITE, str(fresh)), environment=environment, folder=SOURCE)
    fresh.joinpath(".stamp").write_text(digest)
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)


def _digest() -> str:
    digest = hashlib.sha256()
    ignored = {"node_modules", "__pycache__"}
    for path in sorted(SOURCE.rglob("*")):
        if path.is_file() and path != STATE and not ignored.intersection(path.parts):
            digest.update(f"{path.relative_to(SOURCE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _reason(error: OSError | subprocess.CalledProcessError) -> str:
    """Return a sentence with the first lines of the output that name an error."""
    if isinstance(error, OSError):
        return f"{error}"
    lines = [line for line in error.output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines
    return " ".join([f"`{error.cmd[0]} {error.cmd[1]}` failed:", *errors[:2]])


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.nice(10)
    try:
        build()
    except KeyboardInterrupt:
        return 1
    except BuildFailed as error:
        sys.stderr.write(f"GraphiQL was not built. {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
