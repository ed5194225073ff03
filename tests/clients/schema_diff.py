"""Has the schema lost anything that a client may rely on? graphql-inspector knows."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCHEMA = "schema/schema.graphql"
BREAKING = 3
"""The status of inspector.js for a breaking change, and for nothing else."""


def run(environment: Mapping[str, str]) -> bool:
    """Compare with the schema before; and see that a field that goes would be noticed."""
    now = (ROOT / SCHEMA).read_text()
    broken = now.replace("  editable: Boolean!\n", "  another: Boolean!\n", 1)
    if _compare(now, broken, environment, output=subprocess.DEVNULL) != BREAKING:
        print("A breaking change went unnoticed.")
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
    """Return the last tag, or the last commit with another schema, or the last at all."""
    if tags := _git("tag", "--merged", "HEAD", "--sort=-creatordate").split():
        return tags[0]
    commits = _git("log", "-n", "2", "--format=%h", "--", SCHEMA).split()
    changed = bool(_git("diff", "--name-only", "HEAD", "--", SCHEMA))
    return commits[0] if changed or len(commits) == 1 else commits[1]


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
