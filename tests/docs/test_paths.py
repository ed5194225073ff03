"""Files, folders and modules that the documentation names exist; llms.txt lists all pages."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.docs.examples import PAGES, ROOT
from tests.docs.pages import page, section

NAMED = [path for path in PAGES if path.name not in {"CHANGELOG.md", "process-state.md"}]
"""Pages that name the present. The changelog names the past; the other page has its own test."""

FILE = re.compile(
    r"`((?:notifications|schema|project|tests|docs)/[\w./-]*(?:/|\.(?:py|md|yml|json)))`"
)
DOTTED = re.compile(r"`((?:notifications|schema|project)(?:\.\w+)+)(?:\([^`]*\))?`")
NO_MODULE = re.compile(r".+\.(py|UserPrefs|[EWI]\d{3}|(view|change|add|delete)_\w+)")
"""File names, labels of models, IDs of system checks, and permissions."""

ARCHITECTURE = page("explanation/architecture.md")
FOLDERS_OF_DJANGO = {"__pycache__", "locale", "migrations", "static", "templates"}


def resolves(dotted: str) -> bool:
    """Return True if the path leads to a module, or to an attribute of one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for name in parts[length:]:
            found = getattr(found, name, None)
        return found is not None
    return False


@pytest.mark.parametrize("path", NAMED, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_files_and_modules_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [name for name in FILE.findall(text) if not ROOT.joinpath(name).exists()] == []
    dotted = [name for name in DOTTED.findall(text) if not NO_MODULE.fullmatch(name)]
    assert [name for name in dotted if not resolves(name)] == []


@pytest.mark.parametrize("package", ["notifications", "schema", "project"])
def test_the_architecture_lists_each_folder(package: str) -> None:
    folders = {path.name for path in ROOT.joinpath(package).iterdir() if path.is_dir()}
    listed = re.findall(r"`(\w+)/`", section(ARCHITECTURE, f"### `{package}/`"))
    assert sorted(folders - FOLDERS_OF_DJANGO) == sorted(set(listed) - {"tests"})


def test_llms_txt_lists_each_page_once() -> None:
    docs = ROOT / "docs"
    text = docs.joinpath("llms.txt").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[.+\]\((.+)\): .+$", text, re.MULTILINE)
    pages = [path.relative_to(docs).as_posix() for path in PAGES if path.is_relative_to(docs)]
    assert sorted(listed) == sorted(name for name in pages if not name.endswith("index.md"))
