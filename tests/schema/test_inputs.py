"""What mutations take is made as Strawberry would make it."""

from typing import Any

import pytest
from strawberry.types.arguments import convert_argument

from schema import inputs
from schema.inputs import _definition
from schema.root import schema

ENTRIES = [
    {"notification": "alarm", "backend": "sms", "notify": True},
    {"notify": False, "backend": "", "notification": "é" * 3},
]
GIVEN: dict[Any, list[dict[str, Any]]] = {
    inputs.PreferenceInput: ENTRIES,
    inputs.UpdatePreferencesInput: [
        {"preferences": ENTRIES},
        {"preferences": [], "user": "VXNlcjox"},
        {"preferences": ENTRIES, "user": None},
    ],
    inputs.UpdateGroupPreferencesInput: [
        {"group": "R3JvdXA6MQ==", "preferences": ENTRIES, "matricesOf": ["VXNlcjox"]},
    ],
}


def made(class_: Any, given: Any) -> Any:
    return convert_argument(given, class_, schema.schema_converter.scalar_registry, schema.config)


@pytest.mark.parametrize("class_", GIVEN)
def test_inputs(monkeypatch: pytest.MonkeyPatch, class_: Any) -> None:
    found = [made(class_, given) for given in GIVEN[class_]]
    monkeypatch.setattr(_definition, "from_input", None)
    assert found == [made(class_, given) for given in GIVEN[class_]]


def test_every_field_of_an_entry_is_required_and_has_the_same_name_in_python() -> None:
    [*fields] = _definition.fields
    names = [schema.config.name_converter.from_field(field) for field in fields]
    assert names == [field.python_name for field in fields]
    with pytest.raises(TypeError, match="missing 3 required"):
        inputs.PreferenceInput()
    for field in fields:
        assert schema.schema_converter.scalar_registry.get(field.type)
