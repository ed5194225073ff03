"""Machine in a folder: paths, ports, `sudo` and systemd are replaced, everything else is real."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from tests.benchmarks.servers import ROOT, free_port
from tests.docs.walkthrough import PASSWORD, blocks

UNITS = "project/deploy/systemd"
PROGRAMS = {
    "sudo": """
        user=root
        if [ "$1" = -u ]; then user=$2; shift 2; fi
        PGUSER=$user exec "$@"
    """,
    # Names of packages are checked where Debian's lists of packages are there.
    "apt": """
        ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 || exit 0
        apt-get install --simulate --quiet=2 "${@:2}" >/dev/null
    """,
    "adduser": "mkdir -p ROOT/srv/notifications",
    "chown": "exit 0",
    "git": "exit 0",
    "systemctl": 'echo "$@" >> ROOT/systemctl',
    "nginx": 'exec /usr/sbin/nginx -c ROOT/nginx.conf "$@"',
}
NGINX = """
user root;
pid ROOT/nginx.pid;
error_log ROOT/nginx.log;
worker_processes 1;
events { worker_connections 2000; }
http {
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path ROOT/nginx-body;
    proxy_temp_path ROOT/nginx-proxy;
    fastcgi_temp_path ROOT/nginx-fastcgi;
    uwsgi_temp_path ROOT/nginx-uwsgi;
    scgi_temp_path ROOT/nginx-scgi;
    include ROOT/etc/nginx/sites-enabled/*;
}
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """Lines of a service that matter for its start."""

    text: str

    def values(self, name: str) -> list[str]:
        return re.findall(rf"^{name}=(.*)$", self.text, re.MULTILINE)


@dataclass(slots=True)
class Machine:
    root: Path
    postgresql: str
    """Folder of the socket."""
    mail: int
    """Port of a mail server."""
    web: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    https: int = field(default_factory=free_port)
    started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        for name in ("bin", "etc/nginx/sites-available", "etc/nginx/sites-enabled"):
            self.root.joinpath(name).mkdir(parents=True)
        self.root.joinpath("etc/systemd/system").mkdir(parents=True)
        self.root.joinpath("nginx.conf").write_text(NGINX.replace("ROOT", str(self.root)))
        for name, text in PROGRAMS.items():
            program = self.root / "bin" / name
            program.write_text(f"#!/bin/bash\n{text}\n".replace("ROOT", str(self.root)))
            program.chmod(0o755)
        return self

    def __exit__(self, *_error: object) -> None:
        for process in self.started.values():
            process.terminate()
        for process in self.started.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def here(self, text: str) -> str:
        """Return text with the paths and ports of this machine."""
        text = re.sub(
            r"(?<![\w.])/(etc/(?!nginx/mime)|srv/|usr/local/bin/)", rf"{self.root}/\1", text
        )
        text = text.replace(f"{self.root}/usr/local/bin/", f"{self.root}/bin/")
        for port, mine in {"8000": self.web, "443": self.https, "25": self.mail}.items():
            text = re.sub(rf":{port}\b", f":{mine}", text)
        text = text.replace("--port 8000", f"--port {self.web}")
        text = re.sub(r"listen (\[::\]:)?80;", rf"listen \g<1>{self.http};", text)
        return re.sub(r"listen (\[::\]:)?443 ", rf"listen \g<1>{self.https} ", text)

    def follow(self, page: str) -> None:
        for block in blocks(page):
            if block.language == "console":
                for command in block.commands:
                    self.type(command)
            elif block.file:
                path = Path(self.here(block.file))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self.here(block.text))

    def type(self, command: str) -> str:
        """Run a command of the page. Raises AssertionError."""
        if "git clone" in command:
            self._check_out()
        command = command.replace("createsuperuser", "createsuperuser --noinput")  # no terminal
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", self.here(command)],
            cwd=self.root,
            env=self.environment(DJANGO_SUPERUSER_PASSWORD=PASSWORD),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}\n{self.log()}"
        self._start_units()
        return done.stdout

    def environment(self, **more: str) -> dict[str, str]:
        path = f"{self.root / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin"
        return {"PATH": path, "PGHOST": self.postgresql, "HOME": str(self.root), **more}

    def _check_out(self) -> None:
        """Copy the files of this checkout, with the paths and ports of this machine."""
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        app = self.root / "srv/notifications/app"
        for name in names.splitlines():
            if name.startswith(("project/", "notifications/", "schema/", "manage.py")):
                target = app / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, target)
        for path in app.joinpath("project/deploy").rglob("*.*"):
            if path.is_file():
                path.write_text(self.here(path.read_text()))

    def _start_units(self) -> None:
        """Carry out a command of systemctl."""
        log = self.root / "systemctl"
        commands = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        for command in map(shlex.split, commands):
            if command == ["reload", "nginx"]:
                self.start("nginx", "bin/nginx", "-g", "daemon off;")
            for name in command[2:] if command[0] == "enable" else []:
                if not name.endswith(".timer"):
                    self.start_unit(name)

    def unit(self, name: str) -> Unit:
        return Unit(self.root.joinpath("etc/systemd/system", f"{name}.service").read_text())

    def start_unit(self, name: str) -> None:
        for command in self.unit(name).values("ExecStart"):
            self.start(name, *shlex.split(command))

    def start(self, name: str, program: str, *words: str) -> subprocess.Popen[bytes]:
        unit = Unit("") if name == "nginx" else self.unit(name)
        environment = self.environment()
        for user, file in zip(unit.values("User"), unit.values("EnvironmentFile"), strict=True):
            lines = Path(file).read_text().splitlines()
            environment |= {"PGUSER": user} | dict(
                line.split("=", 1) for line in lines if line and not line.startswith("#")
            )
        folder = (unit.values("WorkingDirectory") or [str(self.root)])[0]
        with self.root.joinpath("services.log").open("ab") as log:
            self.started[name] = subprocess.Popen(
                [str(self.root / program), *words],
                cwd=folder,
                env=environment,
                stdout=log,
                stderr=log,
            )
        return self.started[name]

    def log(self) -> str:
        logs = (self.root / name for name in ("services.log", "nginx.log"))
        return "\n".join(path.read_text()[-5000:] for path in logs if path.exists())

    def browser(self) -> httpx.Client:
        """A client on the Internet, for whom example.org is this machine."""
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.https}",
            headers={"Host": "example.org"},
            verify=False,  # noqa: S501
            timeout=10,
        )

    def wait_for(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.log()
            time.sleep(0.1)
