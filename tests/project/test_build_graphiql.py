import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from project.management.commands import build_graphiql

BUILD = [["--version"], ["ci", "--ignore-scripts"], ["run", "build"]]


@dataclass
class Machine:
    """Stands for one with a Node and an npm; remembers what it was told to run."""

    node: str = "v22.12.0"
    ran: list[list[str]] = field(default_factory=list)

    def run(self, command: list[str], **_options: Any) -> str:
        self.ran.append(command[1:3])
        build_graphiql.STAMP.parent.mkdir(exist_ok=True)
        return self.node

    def which(self, name: str, path: str) -> str:
        return f"{path}/{name}"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    source = tmp_path / "source"
    source.mkdir()
    source.joinpath("page.js").write_text("1")
    monkeypatch.setattr(build_graphiql, "SOURCE", source)
    monkeypatch.setattr(build_graphiql, "STAMP", tmp_path / "target" / ".stamp")
    monkeypatch.setattr("shutil.which", machine.which)
    monkeypatch.setattr(build_graphiql, "_run", machine.run)
    return machine


def test_it_builds_once(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("build_graphiql")
    assert machine.ran == BUILD
    capsys.readouterr()
    call_command("build_graphiql")
    assert machine.ran == BUILD
    assert capsys.readouterr().out == ""


def test_it_builds_again_when_a_source_has_changed(machine: Machine) -> None:
    call_command("build_graphiql")
    build_graphiql.SOURCE.joinpath("page.js").write_text("2")
    call_command("build_graphiql")
    assert machine.ran == BUILD * 2


def test_what_npm_installs_is_no_source(machine: Machine) -> None:
    call_command("build_graphiql")
    build_graphiql.SOURCE.joinpath("node_modules").mkdir()
    build_graphiql.SOURCE.joinpath("node_modules", "react.js").touch()
    call_command("build_graphiql")
    assert machine.ran == BUILD


@pytest.mark.parametrize(
    ("version", "installs"),
    [
        ("v20.18.3", True),
        ("v20.19.0", False),
        ("v21.7.0", True),
        ("v22.11.9", True),
        ("v22.12.0", False),
        ("v24.1.0", False),
    ],
)
def test_a_node_that_is_too_old_is_passed_over(
    machine: Machine, version: str, *, installs: bool
) -> None:
    machine.node = version
    call_command("build_graphiql")
    assert (["-m", "pip"] in machine.ran) is installs


@pytest.mark.usefixtures("machine")
def test_an_impossible_build_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(command: list[str], **_options: Any) -> str:
        raise subprocess.CalledProcessError(1, command, "", "npm warn x\nnpm error ECONNREFUSED\n")

    monkeypatch.setattr(build_graphiql, "_is_enough", lambda _path: True)
    monkeypatch.setattr(build_graphiql, "_run", fail)
    said = "GraphiQL was not built; everything else works. `npm ci` failed: npm error ECONNREFUSED"
    call_command("build_graphiql", optional=True)
    assert capsys.readouterr().out.splitlines()[-1] == said
    with pytest.raises(CommandError) as error:
        call_command("build_graphiql")
    assert str(error.value) == said


@pytest.mark.usefixtures("machine")
def test_a_program_that_cannot_be_started_is_one_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_args: Any, **_options: Any) -> str:
        raise PermissionError(13, "Permission denied", "/bin/npm")

    monkeypatch.setattr(build_graphiql, "_run", fail)
    call_command("build_graphiql", optional=True)
    assert "Permission denied: '/bin/npm'." in capsys.readouterr().out
