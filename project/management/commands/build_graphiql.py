import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

SOURCE = Path(__file__).parents[2] / "graphiql"
TARGET = Path(__file__).parents[2] / "static" / "project" / "graphiql"
STAMP = TARGET / ".stamp"


class Command(BaseCommand):
    help = "Build GraphiQL's page from project/graphiql, if it is missing or out of date."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--optional", action="store_true", help="succeed with a sentence where it is impossible"
        )

    def handle(self, *, optional: bool, **_options: Any) -> None:
        wanted = _digest()
        if STAMP.exists() and STAMP.read_text() == wanted:
            return
        self.stdout.write("Building GraphiQL, the page that explores the API ...")
        try:
            _build()
        except (OSError, subprocess.CalledProcessError) as error:
            message = f"GraphiQL was not built; everything else works. {_reason(error)}"
            if not optional:
                raise CommandError(message) from error
            self.stdout.write(message)
        else:
            STAMP.write_text(wanted)


def _digest() -> str:
    """What the build is made of; a build with another digest is out of date."""
    digest = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(f"{path.relative_to(SOURCE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _build() -> None:
    environment = _environment()
    for command in (["npm", "ci", "--ignore-scripts"], ["npm", "run", "build"]):
        # Looked up here: subprocess would search the PATH of this process.
        program = shutil.which(command[0], path=environment["PATH"]) or command[0]
        _run([program, *command[1:], "--loglevel=error"], cwd=SOURCE, env=environment)


def _environment() -> dict[str, str]:
    """The machine's Node if it is new enough, or else one that pip puts beside this Python."""
    path = os.environ.get("PATH", os.defpath)
    if not _is_enough(path):
        beside = str(Path(sys.executable).parent)
        path = os.pathsep.join([beside, path])
        if not _is_enough(path):
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _run([*pip, "--require-hashes", "-r", str(SOURCE / "requirements.txt")])
    return {**os.environ, "PATH": path}


def _is_enough(path: str) -> bool:
    """Whether there are npm and a Node that Vite 8 takes: 20.19 and later 20s, 22.12 and later."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if not node or not npm:
        return False
    version = tuple(int(part) for part in re.findall(r"\d+", _run([node, "--version"])))
    return (20, 19) <= version < (21,) or version >= (22, 12)


def _run(command: list[str], **options: Any) -> str:
    """What the program says. Raises CalledProcessError, which holds all that it said."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, **options)  # noqa: S603
    return str(done.stdout)


def _reason(error: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(error, OSError):
        return f"{error}."
    lines = [line for line in f"{error.stdout}\n{error.stderr}".splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines
    return " ".join([f"`{Path(error.cmd[0]).name} {error.cmd[1]}` failed:", *errors[:2]])
