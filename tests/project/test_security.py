"""SECURITY.md names the tests that hold its promises."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMISES = [
    line for line in (ROOT / "SECURITY.md").read_text().splitlines() if line.startswith("| ")
]
HEADS = {"| promise | tests |", "| --- | --- |"}


def named() -> set[tuple[str, str]]:
    """Return file and name of each test that is named."""
    return {
        (file, test)
        for line in PROMISES
        for file, tests in re.findall(r"`(tests/[\w/]+\.py)`:((?:,? `test_\w+`)+)", line)
        for test in re.findall(r"`(test_\w+)`", tests)
    }


def test_every_test_that_is_named_is_there() -> None:
    there = {
        (file, node.name)
        for file in {file for file, _ in named()}
        if (ROOT / file).exists()
        for node in ast.parse((ROOT / file).read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    assert named() - there == set()


def test_no_name_is_overlooked() -> None:
    found = re.findall(r"\btest_\w+\b(?!\.)", "".join(PROMISES))
    assert {test for _, test in named()} == set(found)


def test_every_promise_has_a_test() -> None:
    assert all(re.search(r"`test_\w+`", line) for line in PROMISES if line not in HEADS)
