"""Install a lock into a virtual environment, if that is missing or out of date.

python -m project.install ENVIRONMENT LOCK

Runs with any Python from 3.11 on, which becomes the environment's Python.
"""

import fcntl
import hashlib
import shutil
import sys
from pathlib import Path

from project.install import installers
from project.install.progress import progress, run

RECORD = ".installed"
"""File of the environment with a line for each installed lock: its digest and its path."""


def main(folder: str, path: str) -> int:
    environment, lock = Path(folder), Path(path)
    if _is_usable(environment) and lock in _installed(environment):
        return 0
    with installers.UV.open() as mutex, progress(f"Installing {lock} into {environment}"):
        fcntl.flock(mutex, fcntl.LOCK_EX)  # one installation at a time in this checkout
        failure = _install(environment, lock)
    if failure:
        sys.stderr.write(f"{failure.rstrip()}\n")
    return bool(failure)


def _install(environment: Path, lock: Path) -> str:
    """Return why the installation failed, or an empty string."""
    if not _is_usable(environment) and (failure := _create(environment)):
        return failure
    installed = _installed(environment)
    if lock not in installed:
        environment.joinpath(RECORD).unlink(missing_ok=True)
        if failure := installers.install(str(environment / "bin" / "python"), lock):
            return failure
        lines = [f"{_digest(environment, each)} {each}\n" for each in sorted({*installed, lock})]
        environment.joinpath(RECORD).write_text("".join(lines), encoding="utf-8")
    return ""


def _is_usable(environment: Path) -> bool:
    """Return True if the environment has pip and the version of Python that runs this."""
    script = "import pip, sys; print(sys.version_info[:2])"
    try:
        answer = run([environment / "bin" / "python", "-c", script])
    except OSError:
        return False
    return answer.stdout.strip() == str(sys.version_info[:2])


def _create(environment: Path) -> str:
    """Create the environment anew. Return why that failed, or an empty string."""
    base = getattr(sys, "_base_executable", sys.executable)  # this may run in the environment
    created = run([base, "-m", "venv", "--clear", environment])
    if not created.returncode:
        return ""
    shutil.rmtree(environment, ignore_errors=True)
    return f"{environment} cannot be created.\n{created.stdout}"


def _installed(environment: Path) -> set[Path]:
    """Return the locks whose present content is installed."""
    try:
        lines = environment.joinpath(RECORD).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return set()
    records = (line.split(" ", 1) for line in lines)
    return {Path(path) for digest, path in records if _digest(environment, Path(path)) == digest}


def _digest(environment: Path, lock: Path) -> str:
    """Return a digest of the lock and of the path that an environment's programs contain."""
    content = lock.read_bytes() if lock.exists() else b""
    return hashlib.sha256(f"{environment.resolve()}\0".encode() + content).hexdigest()


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Interrupted. The next call installs again.")
