"""The commands of docs/guides/deployment.md, typed one after the other."""

import re
import subprocess

from tests.benchmarks.servers import ROOT
from tests.deploy.conftest import Mailbox
from tests.deploy.machine import Machine

GUIDE = ROOT / "docs/guides/deployment.md"


def test_the_first_mail_arrives(machine: Machine, mailbox: tuple[Mailbox, int]) -> None:
    machine.wait_for(lambda: bool(mailbox[0].messages))
    [message] = mailbox[0].messages
    assert message["To"] == "alice@example.org"
    assert message["From"] == "notifications@example.org"
    assert "https://example.org/" in message.as_string()


def test_all_services_run(machine: Machine) -> None:
    names = {name for name, process in machine.started.items() if process.poll() is None}
    services = {f"notifications-{name}" for name in ("web", "worker", "sweep")}
    assert names == {"nginx", *services}


def test_the_timer_removes_old_records(machine: Machine) -> None:
    for command in machine.unit("notifications-prune").values("ExecStart"):
        assert machine.start("notifications-prune", *command.split()).wait(60) == 0
    del machine.started["notifications-prune"]


def test_systemd_finds_no_mistake_in_the_units(machine: Machine) -> None:
    units = sorted(machine.root.joinpath("etc/systemd/system").iterdir())
    command = ["systemd-analyze", "verify", "--man=no", *map(str, units)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_server_runs_as_in_the_guide(machine: Machine) -> None:
    [line] = re.findall(r"^\$ granian (.*)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    documented = machine.here(re.sub(r"--host \S+", "--host 127.0.0.1", line))
    [command] = machine.unit("notifications-web").values("ExecStart")
    assert command.endswith(f"/bin/granian {documented}")
