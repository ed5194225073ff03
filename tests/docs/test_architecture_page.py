"""docs/explanation/architecture.md names each folder, and files that exist."""

import re

import pytest

from tests.docs.examples import ROOT
from tests.docs.pages import page, section

PAGE = page("explanation/architecture.md")
OTHER = {"__pycache__", "locale", "migrations", "static", "templates"}
"""Folders with the names that Django gives them."""


@pytest.mark.parametrize("package", ["notifications", "schema", "project"])
def test_each_folder_of_a_package_is_listed(package: str) -> None:
    folders = {path.name for path in ROOT.joinpath(package).iterdir() if path.is_dir()}
    listed = re.findall(r"`(\w+)/`", section(PAGE, f"### `{package}/`"))
    assert sorted(folders - OTHER) == sorted(set(listed) - {"tests"})


def test_each_file_that_is_named_exists() -> None:
    files = re.findall(r"\| `([\w/]+\.py)` \|", PAGE)
    assert [file for file in files if not ROOT.joinpath(file).is_file()] == []
