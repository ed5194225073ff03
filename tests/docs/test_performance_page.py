"""docs/explanation/performance.md has the rows of `make benchmark`."""

from tests.benchmarks.harness import benchmarks
from tests.benchmarks.table import NONE
from tests.docs.examples import ROOT

PAGE = ROOT.joinpath("docs/explanation/performance.md").read_text(encoding="utf-8")


def test_the_table_has_the_rows_of_the_benchmarks() -> None:
    lines = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.count("|") == 6]
    listed = {(what, against) for what, against, *_figures in lines[2:]}
    known = [row for benchmark in benchmarks().values() for row in benchmark.rows]
    assert listed == {(row.what, row.against or NONE) for row in known}
