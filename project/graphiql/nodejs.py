"""Node and npm: of the machine if they are new enough, otherwise from a Python package."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from project.install import installers, progress

LOCK = Path(__file__).with_name("requirements.txt")

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
"""Install a package-lock.json as it is."""


def environment() -> dict[str, str]:
    """Return an environment whose PATH has Node and npm. Raises OSError if there are none."""
    path = os.environ.get("PATH", os.defpath)
    if not _is_enough(path):
        path = os.pathsep.join([str(Path(sys.executable).parent), path])
        if not _is_enough(path) and (failure := installers.install(sys.executable, LOCK)):
            raise OSError(f"Node 22.12 or newer is needed. Installing it failed: {failure}")
    return {**os.environ, "PATH": path}


def _is_enough(path: str) -> bool:
    """Return True if there are npm and a Node for Vite 8: 20.19 and later 20s, 22.12 and later."""
    if not all(shutil.which(name, path=path) for name in ("node", "npm")):
        return False
    answer = run(("node", "--version"), environment={**os.environ, "PATH": path})
    version = tuple(int(part) for part in re.findall(r"\d+", answer))
    return (20, 19) <= version < (21,) or version >= (22, 12)


def run(
    command: tuple[str, ...], *, environment: Mapping[str, str], folder: Path | None = None
) -> str:
    """Run a program of the environment's PATH and return its output.

    Raises CalledProcessError, which has the output. The program is killed if this is interrupted.
    """
    program = shutil.which(command[0], path=environment["PATH"]) or command[0]
    done = progress.run([program, *command[1:]], cwd=folder, env=environment)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout)
    return done.stdout
