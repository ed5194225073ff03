"""Measurements of the performance goals beside other implementations: make benchmark.

python -m tests.benchmarks [NAME ...]    all, or those named; on SQLite, and on PostgreSQL where
                                         DATABASE_URL names one
"""

import json
import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

import django

from tests.benchmarks import machine, table
from tests.benchmarks.databases import ENVIRONMENT, Databases
from tests.benchmarks.harness import Benchmark, Figure, Row, benchmarks

JSON = Path(__file__).parents[2] / "build" / "benchmarks.json"
LINES = 30
"""Lines of the output of a failed benchmark that are printed."""


def main(names: list[str]) -> int:
    os.environ.update(ENVIRONMENT)
    django.setup()
    known = benchmarks()
    if unknown := [name for name in names if name not in known]:
        print(f"Unknown: {', '.join(unknown)}. Allowed: {', '.join(known)}.")
        return 2
    chosen = [known[name] for name in names or known]
    figures: dict[tuple[Row, str], Figure] = {}
    failed = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        databases = Databases(Path(scratch))
        for benchmark, vendor in product(chosen, databases.vendors):
            if vendor in benchmark.databases:
                name = f"{benchmark.name}, {table.NAMES[vendor]}"
                print(f"-- {name}", file=sys.stderr, flush=True)
                found = _run(benchmark, vendor, databases, Path(scratch, "figures.json"))
                figures |= {(figure.row, vendor): figure for figure in found}
                if not found:
                    failed.append(name)
        databases.close()
    _report(chosen, databases.vendors, figures)
    if failed:
        print(f"Failed: {'; '.join(failed)}.")
    return bool(failed)


def _run(benchmark: Benchmark, vendor: str, databases: Databases, target: Path) -> list[Figure]:
    """Run a benchmark in its own process on its own database. Return [] if it failed."""
    command = [sys.executable, "-m", "tests.benchmarks.alone", benchmark.name, str(target)]
    log = target.with_name("log")
    with databases.fresh(vendor) as environment, log.open("w") as output:
        if subprocess.call(command, env=environment, stdout=output, stderr=output):
            print(*log.read_text().splitlines()[-LINES:], sep="\n", file=sys.stderr)
            return []
    return [
        Figure(benchmark.rows[row], value, notes)
        for row, value, notes in json.loads(target.read_text())
    ]


def _report(chosen: list[Benchmark], vendors: tuple[str, ...], figures: table.Figures) -> None:
    about = machine.described(os.environ.get("DATABASE_URL", ""))
    print(table.text(chosen, vendors, figures))
    print("\nOn", "; ".join(f"{name} {value}" for name, value in about.items()), end=".\n")
    JSON.parent.mkdir(exist_ok=True)
    content = {"on": about, "figures": table.plain(chosen, figures)}
    JSON.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
