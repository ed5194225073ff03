"""Real GraphQL clients against a live server with the demo: make test-clients.

python -m tests.clients [NAME ...]    runs all clients, or those with these names
"""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from project.graphiql import nodejs
from project.install.progress import progress
from tests.clients import schema_diff
from tests.clients.server import serving

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MANIFEST = HERE / "build" / "trusted" / "persisted-documents.json"
STAMP = HERE / "node_modules" / ".stamp"

Run = Callable[[Mapping[str, str]], bool]
"""Return True if a check passes in an environment."""


def command(*words: str, where: Path = HERE) -> Run:
    return lambda environment: subprocess.call(words, cwd=where, env=environment) == 0


def node(*words: str, where: Path = HERE) -> Run:
    return command("node", *words, where=where)


CODEGEN = node("node_modules/@graphql-codegen/cli/esm/bin.js", "--config=codegen.js", "--silent")
RELAY = node(
    "../node_modules/relay-compiler/cli.js",
    "relay.config.json",
    "--output=quiet-with-errors",
    where=HERE / "relay",
)
CLIENTS: Mapping[str, Run] = {
    "graphql-http": node("audits.js"),
    "apollo": node("apollo.js"),
    "urql": node("urql.js"),
    "relay": node("relay.js"),
    "guide": node("guide.js"),
    "trusted": node("trusted.js"),
    "gql": command(sys.executable, "-m", "tests.clients.service", where=ROOT),
    "typescript": node("node_modules/typescript/bin/tsc"),
    "graphql-eslint": node(
        "tests/clients/node_modules/eslint/bin/eslint.js",
        "--config=tests/clients/eslint.config.js",
        "schema/schema.graphql",
        where=ROOT,
    ),
    "graphql-inspector": schema_diff.run,
}


def main(names: list[str]) -> int:
    environment = nodejs.environment()
    _install(environment)
    HERE.joinpath("relay", "build").mkdir(exist_ok=True)
    if not (CODEGEN(environment) and RELAY(environment)):
        return 1
    failed = []
    with serving(TRUSTED_DOCUMENTS=str(MANIFEST)) as service:
        for name in names or CLIENTS:
            print(f"-- {name}", flush=True)
            if not CLIENTS[name]({**environment, **service}):
                failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "All clients passed.")
    return bool(failed)


def _install(environment: Mapping[str, str]) -> None:
    """Install the packages of package-lock.json if they are missing."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not STAMP.exists() or STAMP.read_text() != wanted:
        with progress("Installing the clients"):
            nodejs.run(nodejs.INSTALL, environment=environment, folder=HERE)
        STAMP.write_text(wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
