"""docs/reference/ describes the public objects, models and declarations of Python."""

import inspect
import pkgutil
import re
from dataclasses import fields
from importlib import import_module
from typing import Any

import pytest

from notifications import models
from notifications.catalogue.specs import NotificationSpec
from tests.docs.pages import CODE, names, page, rows, section


@pytest.mark.parametrize(
    "name",
    [
        *("addresses", "audience", "backends", "catalogue", "delivery", "inbox"),
        *("preferences", "privacy", "shortcuts"),
    ],
)
def test_public_names_are_on_the_python_page(name: str) -> None:
    text = page("reference/python.md")
    public = set(import_module(f"notifications.{name}").__all__) - NOT_LISTED
    assert {each for each in public if not re.search(rf"\b{each}\b", text)} == set()


@pytest.mark.parametrize(
    "path", re.findall(r"^\.\. auto\w+:: ([\w.]+)$", page("reference/python.md"), re.MULTILINE)
)
def test_each_object_of_the_python_page_has_a_docstring(path: str) -> None:
    found: Any = pkgutil.resolve_name(path)
    assert inspect.getdoc(found), path


def test_fields_of_models_exist() -> None:
    listed = rows(section(page("reference/python.md"), "## Models"))
    assert len(listed) == 8
    for model, _rows, fields_ in listed:
        found = {field.name for field in getattr(models, model.strip("`"))._meta.get_fields()}
        assert set(CODE.findall(fields_)) <= found


NOT_LISTED = {"Keys", "PROJECT", "define", "deliver", "sync_after_migrate"}
"""Names that a package exports for other packages of this project."""


def test_each_field_of_a_notification_is_listed() -> None:
    listed = names(section(page("reference/catalogue.md"), "## Notifications"))
    assert listed == [each.name for each in fields(NotificationSpec) if each.name != "location"]
