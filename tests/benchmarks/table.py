"""The figures as a table, which is Markdown, and as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.harness import Benchmark, Figure, Row

NONE = "–"  # noqa: RUF001 - what print has for it
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Figures = Mapping[tuple[Row, str], Figure]
"""By row and database."""


def text(chosen: Sequence[Benchmark], vendors: Sequence[str], figures: Figures) -> str:
    lines = [["what", "against", "goal", *(NAMES[vendor] for vendor in vendors)]]
    for benchmark in chosen:
        for row in benchmark.rows:
            cells = [_cell(row, figures.get((row, vendor)), vendor) for vendor in vendors]
            lines.append([row.what, row.against or NONE, _goal(row, vendors), *cells])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(map(str.ljust, line, widths))} |" for line in lines)


def plain(chosen: Sequence[Benchmark], figures: Figures) -> list[dict[str, Any]]:
    return [
        {
            "benchmark": benchmark.name,
            "what": row.what,
            "against": row.against,
            "database": vendor,
            "value": figure.value,
            "goal": row.goal and row.goal.for_(vendor),
            "met": row.goal and row.goal.met(figure.value, vendor),
            "notes": dict(figure.notes),
        }
        for benchmark in chosen
        for row in benchmark.rows
        for (of, vendor), figure in figures.items()
        if of == row
    ]


def _goal(row: Row, vendors: Sequence[str]) -> str:
    if row.goal is None:
        return NONE
    limits = dict.fromkeys(f"{row.goal.for_(vendor):g}" for vendor in vendors)
    return f"{'≥' if row.goal.at_least else '≤'} {' / '.join(limits)}"


def _cell(row: Row, figure: Figure | None, vendor: str) -> str:
    if figure is None:
        return NONE
    missed = row.goal is not None and not row.goal.met(figure.value, vendor)
    digits = f"{figure.value:#.3g}".rstrip(".")
    return f"{digits}, missed" if missed else digits
