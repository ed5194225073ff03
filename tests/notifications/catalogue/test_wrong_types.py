"""Declarations whose arguments have a wrong type."""

from collections.abc import Iterator
from typing import Any

import pytest

from notifications.catalogue import declared, register, specs, sync
from notifications.catalogue import definitions as defined
from notifications.errors import InvalidCatalogue, InvalidNotification
from notifications.models import Backend, Notification
from notifications.shortcuts import create_notification

NOT_TEXT: list[Any] = [["x"], {"x": 1}, {"x"}, 7, None, b"x", 1.5, object()]
NAMES = ["permissions", "backends", "default", "required", "renamed_from"]
NOT_NAMES: list[Any] = [[["x"]], [{"x": 1}], {"x": 1}, 7, [None], b"x", [object()]]


@pytest.fixture(autouse=True)
def registry(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(specs, "_registered", [])
    monkeypatch.setattr(defined, "_definitions", [])
    Backend.objects.create(name="email")
    yield
    assert not Notification.objects.exists()


@pytest.fixture
def in_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat each call of `create_notification` as a declaration."""
    monkeypatch.setattr(defined, "location_of_declaration", lambda: "shop.notifications, line 1")


def mistakes() -> tuple[str, ...]:
    with pytest.raises(InvalidCatalogue) as caught:
        sync(declared())
    return caught.value.mistakes


@pytest.mark.parametrize("value", NOT_TEXT)
def test_a_name_that_is_not_text_is_a_mistake(value: Any) -> None:
    register(value)
    register("letter", renamed_from="old")
    [mistake] = mistakes()
    assert mistake.startswith(f"{__name__}, line ")
    assert mistake.endswith(f": {value!r}: name is {value!r}. Allowed: text.")


@pytest.mark.parametrize("field", ["display_name", "description", "category"])
@pytest.mark.parametrize("value", NOT_TEXT)
def test_a_text_of_a_wrong_type_is_a_mistake(field: str, value: Any) -> None:
    register("letter", **{field: value})
    [mistake] = mistakes()
    assert mistake.endswith(f": 'letter': {field} is {value!r}. Allowed: text.")


@pytest.mark.parametrize("field", NAMES)
@pytest.mark.parametrize("value", NOT_NAMES)
def test_names_of_a_wrong_type_are_mistakes(field: str, value: Any) -> None:
    register("letter", **{"backends": "email", field: value})
    [mistake] = mistakes()
    assert ": 'letter': " in mistake


@pytest.mark.parametrize("value", [["x"], {"x": 1}, 1, None, "yes"])
def test_public_of_a_wrong_type_is_a_mistake(value: Any) -> None:
    register("letter", public=value)
    [mistake] = mistakes()
    assert mistake.endswith(f": 'letter': public is {value!r}. Allowed: True, False.")


@pytest.mark.parametrize("value", [value for value in NOT_TEXT if value is not None])
def test_a_defined_name_that_is_not_text_is_a_mistake(value: Any, in_a_module: None) -> None:
    create_notification(value)
    register("letter", renamed_from="old")
    expected = f"{value!r}: name is {value!r}. Allowed: text."
    assert mistakes() == (f"shop.notifications, line 1: {expected}",)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("display_name", NOT_TEXT),
        ("permissions", NOT_NAMES),
        ("backends", NOT_NAMES),
        ("public", [["x"], {"x": 1}, 1, "yes"]),
    ],
)
def test_a_definition_of_a_wrong_type_is_a_mistake(
    field: str, values: list[Any], in_a_module: None
) -> None:
    for value in values:
        if value is not None:
            create_notification("letter", **{field: value})
    found = mistakes()
    assert len(found) == len([value for value in values if value is not None])
    assert all(line.startswith("shop.notifications, line 1: 'letter': ") for line in found)


@pytest.mark.parametrize("value", [value for value in NOT_TEXT if value is not None])
def test_a_name_that_is_not_text_is_not_written(value: Any) -> None:
    with pytest.raises(InvalidNotification) as caught:
        create_notification(value)
    assert caught.value.mistakes == (f"name is {value!r}. Allowed: text.",)
