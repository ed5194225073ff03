"""One benchmark, in a process of its own.

python -m tests.benchmarks.alone NAME FILE    on the database that DATABASE_URL names
"""

import json
import sys
from pathlib import Path

import django

django.setup()

from tests.benchmarks.harness import Bench, benchmarks, run  # noqa: E402 - models need apps


def main(name: str, target: str) -> None:
    benchmark = benchmarks()[name]
    figures = run(benchmark, Bench())
    rows = [(benchmark.rows.index(found.row), found.value, found.notes) for found in figures]
    Path(target).write_text(json.dumps(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
