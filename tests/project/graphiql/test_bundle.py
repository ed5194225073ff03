import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from project.graphiql import bundle, nodejs
from project.install import installers

CI = ("npm", "ci")
VITE = ("node", "node_modules/vite/bin/vite.js")


@dataclass
class Machine:
    """Stands for Node and npm: records what runs, and writes a page."""

    ran: list[tuple[str, ...]] = field(default_factory=list)
    fails: Exception | None = None

    def run(self, command: tuple[str, ...], **_options: Any) -> str:
        self.ran.append(command[:2])
        if self.fails:
            raise self.fails
        if command[:2] == VITE:
            Path(command[-1]).mkdir()
            Path(command[-1], "graphiql.js").touch()
        return "v22.12.0"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    source = tmp_path / "source"
    source.mkdir()
    source.joinpath("page.js").write_text("1")
    monkeypatch.setattr(bundle, "SOURCE", source)
    monkeypatch.setattr(bundle, "STATE", source / ".build")
    monkeypatch.setattr(bundle, "TARGET", tmp_path / "target" / "graphiql")
    tmp_path.joinpath("target").mkdir()
    monkeypatch.setattr(nodejs, "environment", dict)
    monkeypatch.setattr(nodejs, "run", machine.run)
    return machine


def test_it_builds_once(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("build_graphiql")
    assert machine.ran == [CI, VITE]
    assert bundle.TARGET.joinpath("graphiql.js").exists()
    capsys.readouterr()
    call_command("build_graphiql")
    bundle.build()
    assert machine.ran == [CI, VITE]
    assert capsys.readouterr().out == ""


def test_it_builds_again_when_a_source_has_changed(machine: Machine) -> None:
    bundle.build()
    bundle.SOURCE.joinpath("page.js").write_text("2")
    bundle.build()
    assert machine.ran == [CI, VITE] * 2


def test_what_npm_installs_is_no_source(machine: Machine) -> None:
    bundle.build()
    bundle.SOURCE.joinpath("node_modules").mkdir()
    bundle.SOURCE.joinpath("node_modules", "react.js").touch()
    bundle.build()
    assert machine.ran == [CI, VITE]


def test_a_failed_build_keeps_the_page(machine: Machine) -> None:
    bundle.build()
    bundle.SOURCE.joinpath("page.js").write_text("2")
    machine.fails = OSError("No space left")
    with pytest.raises(bundle.BuildFailed):
        bundle.build()
    assert bundle.TARGET.joinpath("graphiql.js").exists()
    assert not bundle.is_current()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            subprocess.CalledProcessError(1, ["npm", "ci"], "npm warn x\nnpm error ECONNREFUSED\n"),
            "`npm ci` failed: npm error ECONNREFUSED",
        ),
        (subprocess.CalledProcessError(1, ["npm", "ci"], ""), "`npm ci` failed:"),
        (
            PermissionError(13, "Permission denied", "/bin/npm"),
            "[Errno 13] Permission denied: '/bin/npm'",
        ),
    ],
)
def test_a_failure_is_explained(machine: Machine, error: Exception, reason: str) -> None:
    machine.fails = error
    with pytest.raises(CommandError) as caught:
        call_command("build_graphiql")
    assert str(caught.value) == f"GraphiQL was not built; everything else works. {reason}"
    assert bundle.state() == bundle.State(failure=reason)
    machine.fails = None
    bundle.build()
    assert bundle.state() == bundle.State()


def test_a_build_is_announced_while_it_runs(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bundle.state() == bundle.State()
    started, may_end = threading.Event(), threading.Event()

    def wait() -> None:
        started.set()
        assert may_end.wait(30)

    monkeypatch.setattr(bundle, "_build", wait)
    build = threading.Thread(target=bundle.build)
    build.start()
    assert started.wait(30)
    assert bundle.state() == bundle.state() == bundle.State(running=True)
    may_end.set()
    build.join()
    assert bundle.state() == bundle.State()


@pytest.mark.parametrize(
    ("version", "installs"),
    [
        ("v20.18.3", True),
        ("v20.19.0", False),
        ("v21.7.0", True),
        ("v22.11.9", True),
        ("v22.12.0", False),
        ("v24.1.0", False),
        (None, True),
    ],
)
def test_a_node_that_is_too_old_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, version: str | None, *, installs: bool
) -> None:
    installed: list[tuple[str, Path]] = []
    monkeypatch.setattr("shutil.which", lambda name, path: f"{path}/{name}" if version else None)
    monkeypatch.setattr(nodejs, "run", lambda *_args, **_options: version)

    def install(python: str, lock: Path) -> str:
        installed.append((python, lock))
        return ""

    monkeypatch.setattr(installers, "install", install)
    nodejs.environment()
    assert installed == [(sys.executable, nodejs.LOCK)] * installs


def test_no_node_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_options: None)
    monkeypatch.setattr(installers, "install", lambda *_options: "No address.")
    with pytest.raises(OSError, match=r"Node 22\.12 or newer is needed.*No address"):
        nodejs.environment()


def test_a_program_that_fails_has_its_output() -> None:
    command = ("sh", "-c", "echo out; echo error >&2; exit 3")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        nodejs.run(command, environment={"PATH": os.defpath})
    assert (caught.value.returncode, caught.value.output) == (3, "out\nerror\n")
