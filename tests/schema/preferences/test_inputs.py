"""Quick conversion of inputs equals that of Strawberry."""

from typing import Any

import pytest
from strawberry.types.arguments import convert_argument

from schema.groups.inputs import UpdateGroupPreferencesInput
from schema.preferences.inputs import PreferenceInput, UpdatePreferencesInput
from schema.root import schema

ENTRIES = [
    {"notification": "alarm", "backend": "sms", "notify": True},
    {"notify": False, "backend": "", "notification": "é" * 3},
]
GIVEN: dict[Any, list[dict[str, Any]]] = {
    UpdatePreferencesInput: [
        {"preferences": ENTRIES},
        {"preferences": [], "user": "VXNlcjox"},
        {"preferences": ENTRIES, "user": None},
    ],
    UpdateGroupPreferencesInput: [
        {"group": "R3JvdXA6MQ==", "preferences": ENTRIES},
        {"group": "R3JvdXA6MQ==", "preferences": ENTRIES, "matricesOf": None},
        {"matricesOf": ["VXNlcjox", "VXNlcjoy"], "preferences": [], "group": ""},
    ],
}


def convert(class_: Any, given: Any) -> Any:
    return convert_argument(given, class_, schema.schema_converter.scalar_registry, schema.config)


@pytest.mark.parametrize("class_", GIVEN)
def test_quick_conversion_equals_strawberrys(monkeypatch: pytest.MonkeyPatch, class_: Any) -> None:
    found = [convert(class_, given) for given in GIVEN[class_]]
    monkeypatch.setattr(class_.__strawberry_definition__, "from_input", None)
    assert found == [convert(class_, given) for given in GIVEN[class_]]


@pytest.mark.parametrize("class_", GIVEN)
def test_all_fields_of_the_inputs_are_tested(class_: Any) -> None:
    names = map(schema.config.name_converter.from_field, fields(class_))
    assert {*names} == {name for given in GIVEN[class_] for name in given}


def test_the_fields_of_an_entry_are_plain_scalars() -> None:
    for field in fields(PreferenceInput):
        assert schema.config.name_converter.from_field(field) == field.python_name
        assert field.type in schema.schema_converter.scalar_registry


def fields(class_: Any) -> Any:
    return class_.__strawberry_definition__.fields
