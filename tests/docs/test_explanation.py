"""Pages of docs/explanation: the table of benchmarks, and the list of process-wide state."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.harness import benchmarks
from tests.benchmarks.table import NONE
from tests.docs.examples import ROOT
from tests.docs.pages import page

PACKAGES = ("notifications", "schema", "project")
CACHES = {"cache", "lru_cache"}
MUTABLE = {"defaultdict", "deque", "dict", "list", "set"}
METRICS = {"Counter", "DeliveryCollector", "Gauge", "Histogram"}
CONFIGURED = {
    "AdminSite",
    "Application",
    "Celery",
    "Env",
    "Handler",
    "Library",
    "Schema",
    "TypeVar",
}
"""Classes of objects that are configured when their module is imported, and never change."""


def name_of(node: ast.expr) -> str:
    """Return the last part of the name that is called or used as a decorator."""
    if isinstance(node, ast.Call | ast.Subscript):
        return name_of(node.func if isinstance(node, ast.Call) else node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_state(name: str, value: ast.expr | None) -> bool:
    """Return True if a module assigns an object that changes later. Constants are in capitals."""
    is_constant = name.isupper()
    if isinstance(value, ast.Dict):
        return not value.keys and not is_constant
    if isinstance(value, ast.List):
        return not value.elts and not is_constant
    if not isinstance(value, ast.Call):
        return False
    called = name_of(value)
    is_class = called.lstrip("_")[:1].isupper() or called == "count"
    return (
        called in METRICS
        or (is_class and not is_constant and called not in CONFIGURED)
        or (called in MUTABLE and isinstance(value.func, ast.Name))
    )


def state_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and CACHES & {*map(name_of, node.decorator_list)}:
            yield node.name
        elif isinstance(node, ast.Global):
            yield from node.names
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            yield from (name for name in names if is_state(name, node.value))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_the_page_lists_the_state_of_all_modules() -> None:
    found = {
        f"{module_of(path)}.{name}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name in state_of(ast.parse(path.read_text(encoding="utf-8")))
    }
    listed = set(re.findall(r"^\| `([\w.]+)`", page("explanation/process-state.md"), re.MULTILINE))
    assert listed == found


def test_the_table_has_the_rows_of_the_benchmarks() -> None:
    lines = page("explanation/performance.md").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.count("|") == 6]
    listed = {(what, against) for what, against, *_figures in rows[2:]}
    known = [row for benchmark in benchmarks().values() for row in benchmark.rows]
    assert listed == {(row.what, row.against or NONE) for row in known}
