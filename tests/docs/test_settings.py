"""docs/reference/settings.md has each setting, key and variable that the code reads."""

import ast
import json
import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from notifications.conf import DeliverySettings, MessageSettings
from schema.auth.rates import Rates
from schema.auth.tokens import Trust
from schema.conf import Execution, Exposure, Limits
from tests.docs.pages import CODE, names, page, rows, section

PAGE = page("reference/settings.md")
ROOT = Path(__file__).parents[2]
KEYS: dict[str, list[type[Any]]] = {
    "NOTIFICATION_MESSAGES": [MessageSettings],
    "NOTIFICATION_DELIVERY": [DeliverySettings],
    "NOTIFICATION_GRAPHQL": [Limits, Exposure, Execution],
    "NOTIFICATION_BEARER": [Trust],
    "NOTIFICATION_RATES": [Rates],
}
TYPES = {
    "text": str,
    "path": str,
    "rate": str,
    "integer": int,
    "integer or `None`": int,
    "boolean": bool,
    "list of texts": tuple,
    "dictionary": dict,
}


def keys(setting: str) -> dict[str, Any]:
    return {each.name.upper(): each for part in KEYS[setting] for each in fields(part)}


def default(each: Any) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


@pytest.mark.parametrize("setting", KEYS)
def test_each_key_is_listed_once(setting: str) -> None:
    listed = names(section(PAGE, f"## `{setting}`"))
    assert sorted(listed) == sorted(keys(setting))


@pytest.mark.parametrize("setting", KEYS)
def test_each_default_is_that_of_the_code(setting: str) -> None:
    for name, type_, written, _meaning in rows(section(PAGE, f"## `{setting}`")):
        value = default(keys(setting)[name.strip("`")])
        listed = CODE.findall(written)
        if len(listed) > 1 and value is not MISSING:
            assert tuple(listed) == value
        elif value is not MISSING and written == f"`{''.join(listed)}`":
            assert written == f"`{as_written(value)}`"
            assert value is None or isinstance(value, TYPES[type_])


def as_written(value: Any) -> str:
    return repr(value) if value is None or isinstance(value, bool) else json.dumps(value)


def test_each_setting_of_the_apps_is_listed() -> None:
    files = [*ROOT.glob("notifications/**/*.py"), *ROOT.glob("schema/**/*.py")]
    found = {
        name
        for file in files
        for name in re.findall(r'"(NOTIFI(?:CATION|ER)_[A-Z_]+)"', file.read_text("utf-8"))
    }
    assert set(names(PAGE.partition("\n## ")[0])) == found


def test_each_variable_of_the_service_is_listed() -> None:
    tree = ast.parse((ROOT / "project/settings.py").read_text("utf-8"))
    listed = names(section(PAGE, "## Environment variables of the service"))
    assert sorted(listed) == sorted({*variables(tree), "PROMETHEUS_MULTIPROC_DIR"})


def variables(tree: ast.AST) -> set[str]:
    """Return the variables that a module reads by `env` and by `_secret`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_reader(node.func):
            found |= values(tree, node.args[0])
        elif isinstance(node, ast.Compare) and "ENVIRON" in ast.unparse(node.comparators[0]):
            found |= values(tree, node.left)
    return found


def is_reader(function: ast.expr) -> bool:
    text = ast.unparse(function)
    return text == "_secret" or (text.startswith("env.") and text.count(".") == 1)


def values(tree: ast.AST, name: ast.expr) -> set[str]:
    """Return the text of a constant, or all texts of `f"PREFIX_{name}"` in its comprehension."""
    if isinstance(name, ast.Constant):
        return {str(name.value)}
    if not isinstance(name, ast.JoinedStr):
        return set()
    prefix = ast.unparse(name.values[0]).strip("'") if len(name.values) == 2 else ""
    for loop in ast.walk(tree):
        if isinstance(loop, ast.DictComp) and ast.unparse(name) in ast.unparse(loop):
            constants = ast.walk(loop.generators[0].iter)
            keys_ = {each.value for each in constants if isinstance(each, ast.Constant)}
            return {f"{prefix}{key}" for key in keys_ if isinstance(key, str)}
    return set()
