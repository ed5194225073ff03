"""Tables of the pages under docs/, read for tests that compare them with the code."""

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
CODE = re.compile(r"`([^`]+)`")

sys.path.append(str(DOCS / "_ext"))
graphql_reference: Any = import_module("graphql_reference")
"""The extension of Sphinx that writes the GraphQL reference."""


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return the text below a heading, up to the next heading of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    pattern = rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)"
    [found] = re.findall(pattern, text, re.DOTALL | re.MULTILINE)
    return str(found)


def rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of tables in a text, without headers."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if re.fullmatch(r"[| :-]+", line) and line.startswith("|"):
            found.pop()
        elif line.startswith("|"):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def names(text: str) -> list[str]:
    """Return the names in the first column of all tables in a text."""
    return [name for row in rows(text) for name in CODE.findall(row[0])]
