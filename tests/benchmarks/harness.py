"""Benchmarks: rows with goals, filled by a function that checks answers before it measures.

Figures are ratios of medians of runs that take turns in one process, so that what else the
machine does meets both sides. They are for a table, never for a test.
"""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from django.db import connection

from tests.benchmarks import rows

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
SECONDS, FEWEST, MOST = 10.0, 5, 400
"""Seconds for the turns of a comparison, and the least and the largest number of turns."""

T = TypeVar("T")


class WrongAnswer(Exception):
    """A measured function gave a wrong answer, and is not measured."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound of a figure. `at_least`: higher is better; a ratio is then theirs to ours."""

    limit: float
    at_least: bool = False
    on: Mapping[str, float] = field(default_factory=dict, hash=False)

    def for_(self, vendor: str) -> float:
        return self.on.get(vendor, self.limit)

    def met(self, figure: float, vendor: str) -> bool:
        limit = self.for_(vendor)
        return figure >= limit if self.at_least else figure <= limit


def at_most(limit: float, **on: float) -> Goal:
    """A goal, with other limits for some databases: `at_most(1.5, sqlite=2)`."""
    return Goal(limit, on=on)


def at_least(limit: float, **on: float) -> Goal:
    return Goal(limit, at_least=True, on=on)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; without a goal it is there to be known."""

    what: str
    against: str = ""
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """Figure of a row on one database. `notes` are the values behind it, in their own units."""

    row: Row
    value: float
    notes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Benchmark:
    name: str
    rows: tuple[Row, ...]
    run: Callable[["Bench"], None]
    databases: tuple[str, ...] = BOTH


class Bench:
    """Argument of a benchmark. A rehearsal checks all answers at a tiny size, without measuring."""

    def __init__(self, *, rehearsal: bool = False) -> None:
        self.rehearsal = rehearsal
        self.vendor: str = connection.vendor
        self.figures: list[Figure] = []

    def size(self, full: int, *, tiny: int) -> int:
        return tiny if self.rehearsal else full

    def compare(
        self,
        row: Row,
        *,
        ours: Callable[[], T],
        theirs: Callable[[], T],
        same: Callable[[T, T], bool],
        most: int = MOST,
        before: Callable[[], object] | None = None,
    ) -> None:
        """Fill the row with the ratio of the times of two functions, if their answers are equal.

        `before` is called before every call of either, and not timed.
        """
        prepare = before or (lambda: None)
        answers = []
        for function in (ours, theirs):
            prepare()
            answers.append(function())
        require(same(*answers), f"{row.what}: the answers differ.")
        if self.rehearsal:
            self.figure(row, 1)
            return
        mine, other = _take_turns(ours, theirs, prepare, most)
        ratio = other / mine if row.goal and row.goal.at_least else mine / other
        self.figure(row, ratio, ours_ms=mine * 1000, theirs_ms=other * 1000)

    def figure(self, row: Row, value: float, **notes: float) -> None:
        """Fill the row with a figure that was come by in another way."""
        self.figures.append(Figure(row, value, notes))


def require(truth: object, otherwise: str) -> None:
    if not truth:
        raise WrongAnswer(otherwise)


def benchmarks() -> dict[str, Benchmark]:
    """Those that the files in rows/ declare as BENCHMARK, by name."""
    names = sorted(module.name for module in iter_modules(rows.__path__))
    declared = (import_module(f"{rows.__name__}.{name}").BENCHMARK for name in names)
    return {benchmark.name: benchmark for benchmark in declared}


def run(benchmark: Benchmark, bench: Bench) -> list[Figure]:
    """Raises WrongAnswer, also where a row was left without a figure."""
    benchmark.run(bench)
    filled = [figure.row for figure in bench.figures]
    require(sorted(map(repr, filled)) == sorted(map(repr, benchmark.rows)), "A row has no figure.")
    return bench.figures


def timed(function: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = perf_counter()
    function()
    return perf_counter() - start


def _take_turns(
    ours: Callable[[], Any], theirs: Callable[[], Any], prepare: Callable[[], object], most: int
) -> tuple[float, float]:
    """Return the medians of both times, in seconds. The order alternates with every turn."""
    taken: dict[Callable[[], Any], list[float]] = {ours: [], theirs: []}
    order = [ours, theirs]
    gc.collect()
    end = perf_counter() + SECONDS
    while (turns := len(taken[ours])) < FEWEST or (turns < most and perf_counter() < end):
        for function in order:
            prepare()
            taken[function].append(timed(function))
        order.reverse()
    return median(taken[ours]), median(taken[theirs])
