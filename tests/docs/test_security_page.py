"""SECURITY.md names the tests that hold its guarantees."""

import ast
import re

from tests.docs.examples import ROOT

GUARANTEES = [
    line
    for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and line not in {"| guarantee | tests |", "| --- | --- |"}
]


def named() -> set[tuple[str, str]]:
    """Return file and name of each test that is named."""
    return {
        (file, test)
        for line in GUARANTEES
        for file, tests in re.findall(r"`(tests/[\w/]+\.py)`:((?:,? `test_\w+`)+)", line)
        for test in re.findall(r"`(test_\w+)`", tests)
    }


def test_every_named_test_exists() -> None:
    existing = {
        (file, node.name)
        for file in {file for file, _ in named()}
        if (ROOT / file).exists()
        for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert named() - existing == set()


def test_every_name_is_recognized() -> None:
    found = re.findall(r"\btest_\w+\b(?!\.)", "".join(GUARANTEES))
    assert {test for _, test in named()} == set(found)


def test_every_guarantee_has_a_test() -> None:
    assert all(re.search(r"`test_\w+`", line) for line in GUARANTEES)
