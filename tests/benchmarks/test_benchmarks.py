"""Every benchmark gets right answers at a tiny size, and a wrong answer is noticed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection

from tests.benchmarks import table
from tests.benchmarks.harness import (
    BOTH,
    Bench,
    Benchmark,
    Figure,
    Goal,
    Row,
    WrongAnswer,
    at_least,
    at_most,
    benchmarks,
    run,
)

ROW = Row("what", "against", at_most(1))


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Keep the connection open after a request, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("benchmark", benchmarks().values(), ids=benchmarks())
def test_answers_are_right(benchmark: Benchmark, one_connection: None, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.benchmarks.urls"
    settings.ALLOWED_HOSTS = ["localhost"]
    if connection.vendor in benchmark.databases:
        assert len(run(benchmark, Bench(rehearsal=True))) == len(benchmark.rows)


def test_a_wrong_answer_is_not_timed(db: None) -> None:
    calls = []

    def wrong() -> int:
        calls.append("theirs")
        return 2

    with pytest.raises(WrongAnswer, match="what: the answers differ"):
        Bench().compare(ROW, ours=lambda: 1, theirs=wrong, same=lambda a, b: a == b)
    assert len(calls) == 1


def test_a_row_without_a_figure_fails(db: None) -> None:
    with pytest.raises(WrongAnswer, match="no figure"):
        run(Benchmark("empty", (ROW,), lambda _: None), Bench())


@pytest.mark.parametrize(
    ("goal", "figure", "vendor", "met"),
    [
        (at_most(1.5), 1.5, "postgresql", True),
        (at_most(1.5), 1.6, "postgresql", False),
        (at_most(1.5, sqlite=2), 1.6, "sqlite", True),
        (at_most(1.5, sqlite=2), 2.1, "sqlite", False),
        (at_least(2.5), 2.5, "postgresql", True),
        (at_least(2.5), 2.4, "postgresql", False),
    ],
)
def test_a_goal_is_a_bound(goal: Goal, figure: float, vendor: str, met: bool) -> None:
    assert goal.met(figure, vendor) is met


@pytest.mark.parametrize(("goal", "quicker"), [(at_most(1), False), (at_least(1), True)])
def test_better_is_less_of_their_time_or_more_of_their_speed(
    goal: Goal, quicker: bool, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.benchmarks.harness._take_turns", lambda *_: (0.002, 0.004))
    bench = Bench()
    row = Row("what", "against", goal)
    bench.compare(row, ours=int, theirs=int, same=lambda *_: True)
    [figure] = bench.figures
    assert figure.value == (2 if quicker else 0.5)
    assert figure.notes == {"ours_ms": 2, "theirs_ms": 4}


def test_the_table_tells_what_missed_its_goal() -> None:
    benchmark = Benchmark("one", (ROW,), lambda _: None)
    figures = {
        (ROW, vendor): Figure(ROW, value, {}) for vendor, value in zip(BOTH, (0.5, 2), strict=True)
    }
    text = table.text([benchmark], BOTH, figures)
    assert text.splitlines()[-1] == "| what | against | ≤ 1  | 0.500  | 2.00, missed |"
    assert [entry["met"] for entry in table.plain([benchmark], figures)] == [True, False]
    json.dumps(table.plain([benchmark], figures))
