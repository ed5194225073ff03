"""Follow a page of the documentation: run its commands and write its files, as a reader would.

A `console` block has commands, each after `$ `. A block of any other language begins with a
comment that names a file; its text is added to the end of that file.
"""

import json
import re
import shlex
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from tests.project import fresh

FENCE = re.compile(r"^```([\w+]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"(?:#|//|<!--|\{#) ([\w./-]+\.\w+)\b")
RUN = {"python": (), "django-admin": ("-m", "django"), "pytest": ("-m", "pytest")}
PASSWORD = "correct-horse-battery"


@dataclass(frozen=True, slots=True)
class Block:
    language: str
    text: str

    @property
    def file(self) -> str:
        """The file that the first line names; empty if it names none."""
        named = FILE.match(self.text)
        return named[1] if named else ""

    @property
    def commands(self) -> list[str]:
        return [line[2:] for line in self.text.splitlines() if line.startswith("$ ")]


def blocks(text: str) -> list[Block]:
    return [Block(*found) for found in FENCE.findall(text)]


@dataclass(slots=True)
class Reader:
    """A reader in a new folder with a fresh virtual environment, and with a browser."""

    folder: Path
    wheel: Path
    output: str = ""
    answers: list[Any] = field(default_factory=list)
    programs: Path = field(init=False)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    browser: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.programs = fresh.make(self.folder / "venv")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.browser.close()
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait(30)

    def follow(self, text: str) -> None:
        """Do what the blocks of a text say, in their order."""
        for block in blocks(text):
            if block.language == "console":
                for command in block.commands:
                    self.type(command)
            elif block.language == "graphql":
                self.answers.append(self.query(block.text))
            elif block.language == "json":
                assert self.answers[-1] == json.loads(block.text)
            else:
                self.write(block)

    def write(self, block: Block) -> None:
        assert block.file, f"A block names no file:\n{block.text}"
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(block.text)

    def type(self, command: str) -> None:
        """Run a command and keep its output."""
        words = shlex.split(command)
        if words[:2] == ["pip", "install"]:
            fresh.install(self.programs, words[2], self.wheel)
        elif words[0] == "cd":
            self.folder /= words[1]
        elif words[-1] == "runserver":
            self.serve()
        elif {"delivery_worker", "deliver_due"} & set(words):
            self.start(*words[1:])
        else:
            self.output += self.run(*words)

    def run(self, program: str, *words: str) -> str:
        command = [*RUN[program], *words]
        if "createsuperuser" in words:  # asks for a password, which is in the environment
            command.append("--noinput")
        done = subprocess.run(
            [self.programs / "python", *command],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return f"{done.stdout}\n{done.stderr}\n"

    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.programs), "DJANGO_SUPERUSER_PASSWORD": PASSWORD}

    def start(self, *words: str) -> None:
        """Start a command that runs for ever; `services.log` has its output."""
        with self.log.open("ab") as log:
            command = [str(self.programs / "python"), *words]
            process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment(), stdout=log, stderr=log
            )
        self.started.append(process)

    @property
    def log(self) -> Path:
        return self.folder / "services.log"

    def serve(self) -> None:
        """Start the server at a free port, and sign in as a page asks for it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.start("manage.py", "runserver", address, "--noreload")
        self.browser = httpx.Client(base_url=f"http://{address}", follow_redirects=True)
        self.wait_for(self.is_served)
        self.sign_in("/preferences/", "alice")

    def is_served(self) -> bool:
        with suppress(httpx.TransportError):
            return bool(self.browser.get("/static/none").status_code)
        return False

    def wait_for(self, condition: Callable[[], bool]) -> None:
        for _ in range(600):
            if condition():
                return
            assert all(process.poll() is None for process in self.started), self.log.read_text()
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def sign_in(self, path: str, user: str) -> httpx.Response:
        """Open a page, sign in where it redirects, and return the page."""
        page = self.browser.get(path)
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        form = {"csrfmiddlewaretoken": token, "username": user, "password": PASSWORD}
        next_ = re.findall(r'name="next" value="([^"]*)"', page.text)
        return self.browser.post(page.url, data=form | ({"next": next_[0]} if next_ else {}))

    def query(self, text: str) -> Any:
        headers = {"X-CSRFToken": self.browser.cookies["csrftoken"]}
        return self.browser.post("/graphql/", json={"query": text}, headers=headers).json()
