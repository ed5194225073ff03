"""Plot of the time to fetch an audience by the number of users, from `make benchmark`.

python -m tests.benchmarks.plot    writes docs/explanation/scaling.svg from build/benchmarks.json
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log10
from pathlib import Path

from tests.benchmarks.table import NAMES

ROOT = Path(__file__).parents[2]
JSON, SVG = ROOT / "build" / "benchmarks.json", ROOT / "docs" / "explanation" / "scaling.svg"
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 720, 420, 70, 50, 50, 200
TICKS = (1, 10, 100, 1000, 10_000)
"""Milliseconds."""
TITLE = "The audience of a cell: milliseconds by users, both by powers of ten"
SIZES = (10_000, 100_000, 1_000_000)
STROKES = {"fetched": "", "counted": ' stroke-dasharray="6 4"'}
COLOURS = {"postgresql": "#336791", "sqlite": "#c2410c"}

Curve = dict[int, float]
"""Milliseconds by number of users."""


def curves(figures: Iterable[dict[str, object]]) -> dict[tuple[str, str], Curve]:
    """Return the notes such as `fetched_100000_ms`, by database and verb."""
    found: dict[tuple[str, str], Curve] = {}
    for figure in figures:
        notes = figure["notes"]
        if figure["benchmark"] != "audience" or not isinstance(notes, dict):
            continue
        for name, value in notes.items():
            if match := re.fullmatch(r"(fetched|counted)_(\d+)_ms", name):
                curve = found.setdefault((str(figure["database"]), match[1]), {})
                curve[int(match[2])] = float(value)
    return found


def plotted(found: dict[tuple[str, str], Curve]) -> str:
    font = 'font-family="sans-serif" font-size="13" fill="#444"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {font}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="28" font-size="16">{TITLE}</text>',
    ]
    for tick in TICKS:
        lines += [
            f'<path d="M{LEFT} {_y(tick):.0f}H{WIDTH - RIGHT}" stroke="#ddd"/>',
            f'<text x="{LEFT - 8}" y="{_y(tick) + 4:.0f}" text-anchor="end">{tick:,}</text>',
        ]
    lines += [
        f'<text x="{_x(size):.0f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{size:,}</text>'
        for size in SIZES
    ]
    lasts = [curve[max(curve)] for curve in found.values()]
    places = _apart([_y(last) for last in lasts])
    for ((vendor, verb), curve), place in zip(found.items(), places, strict=True):
        path = "L".join(f"{_x(size):.0f} {_y(curve[size]):.1f}" for size in sorted(curve))
        colour = COLOURS[vendor]
        label = f"{NAMES[vendor]}, {verb} {curve[max(curve)]:,.0f}"
        at = f'x="{WIDTH - RIGHT + 10}" y="{place + 4:.0f}"'
        lines += [
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{STROKES[verb]}/>',
            f'<text {at} fill="{colour}">{label}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def _x(users: int) -> float:
    return LEFT + (log10(users) - 4) / 2 * (WIDTH - RIGHT - LEFT)


def _y(milliseconds: float) -> float:
    return HEIGHT - BOTTOM - log10(milliseconds) / 4 * (HEIGHT - BOTTOM - TOP)


def _apart(places: Sequence[float], least: float = 17) -> list[float]:
    """Move texts down, as far as it takes to read them."""
    moved = list(places)
    order = sorted(range(len(moved)), key=moved.__getitem__)
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + least)
    return moved


def main() -> int:
    found = curves(json.loads(JSON.read_text())["figures"])
    if not found:
        print(f"There is no audience in {JSON.name}: run make benchmark first.")
        return 1
    SVG.write_text(plotted(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
