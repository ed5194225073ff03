"""Documents of the JavaScript module, validated against the schema."""

from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

import notifications
import schema

STATIC = Path(notifications.__file__).parent / "static" / "notifications"
SCHEMA = build_schema(Path(schema.__file__).with_name("schema.graphql").read_text())
DOCUMENTS = sorted(STATIC.glob("*.graphql"))


def test_each_kind_of_page_has_a_document() -> None:
    assert [path.stem for path in DOCUMENTS] == ["group", "user"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_document_is_valid(path: Path) -> None:
    assert validate(SCHEMA, parse(path.read_text())) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_document_has_the_operations_of_the_module(path: Path) -> None:
    definitions = parse(path.read_text()).definitions
    operations = {
        each.name.value: each.operation.value
        for each in definitions
        if isinstance(each, OperationDefinitionNode) and each.name
    }
    assert operations == {"Read": "query", "Update": "mutation", "Clear": "mutation"}
    calls = (STATIC / "store.js").read_text()
    assert all(f'"{name}"' in calls for name in operations)


@pytest.mark.parametrize("name", ["groupValue", "defaultValue"])
def test_the_module_gets_no_inputs_of_the_rule(name: str) -> None:
    assert not [path.name for path in STATIC.iterdir() if name in path.read_text()]
