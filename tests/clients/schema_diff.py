"""Search for breaking changes of the schema with graphql-inspector."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCHEMA = "schema/schema.graphql"
BREAKING = 3
"""Exit status of inspector.js for a breaking change only."""


def run(environment: Mapping[str, str]) -> bool:
    """Compare with the previous schema, after a test that a removed field is reported."""
    now = (ROOT / SCHEMA).read_text()
    broken = now.replace("  editable: Boolean!\n", "  another: Boolean!\n", 1)
    if _compare(now, broken, environment, output=subprocess.DEVNULL) != BREAKING:
        print("A breaking change was not reported.")
        return False
    base = _base()
    print(f"Compared with {base}.", flush=True)
    return _compare(_git("show", f"{base}:{SCHEMA}"), now, environment) == 0


def _compare(
    before: str, after: str, environment: Mapping[str, str], output: int | None = None
) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch, name) for name in ("before.graphql", "after.graphql")]
        for path, text in zip(paths, (before, after), strict=True):
            path.write_text(text)
        program = ["node", "inspector.js", *map(str, paths)]
        return subprocess.call(program, cwd=HERE, env=environment, stdout=output)


def _base() -> str:
    """Return the last tag, else the last commit with another schema."""
    if tags := _git("tag", "--merged", "HEAD", "--sort=-creatordate").split():
        return tags[0]
    commits = _git("log", "-n", "2", "--format=%h", "--", SCHEMA).split()
    changed = bool(_git("diff", "--name-only", "HEAD", "--", SCHEMA))
    return commits[0] if changed or len(commits) == 1 else commits[1]


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
