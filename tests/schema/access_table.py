"""Parser of access_table.md: a row for each document, a column for each viewer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    Node,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)

from tests.schema.schema_compat import arguments_of, fields_of, own_types

PATH = Path(__file__).with_name("access_table.md")
WORDS = {
    "UNAUTHENTICATED": "sign in",
    "NotSignedIn": "sign in",
    "FORBIDDEN": "no",
    "Forbidden": "no",
    "NOT_FOUND": "none",
    "NotFound": "none",
    "BAD_USER_INPUT": "wrong",
    "InvalidPreferences": "wrong",
    "InvalidInput": "wrong",
}
REFUSALS = ("sign in", "no", "none", "wrong")


@dataclass(frozen=True, slots=True)
class Row:
    coordinate: str
    selection: str
    answer: str
    by_person: dict[str, str]

    def expected(self, person: str) -> str:
        expected = self.by_person[person]
        return self.answer if expected == "✓" else expected

    @property
    def is_mutation(self) -> bool:
        return bool(re.match(r"\w+\(input", self.selection))

    def document(self, *, known: dict[str, str]) -> str:
        """Return the document with its variables. A mutation selects `__typename`, too."""
        names = [name for name in variables(self.selection) if name in known]
        types = {name: "String!" if self._is_cursor(name) else "ID!" for name in names}
        listed = ", ".join(f"${name}: {type_}" for name, type_ in types.items())
        declared = f" ({listed})" if names else ""
        if not self.is_mutation:
            return f"query{declared} {{ {self.selection} }}"
        return f"mutation{declared} {{ {self.selection.removesuffix('}')} __typename }} }}"

    def _is_cursor(self, name: str) -> bool:
        return bool(re.search(rf"(after|upTo): \${name}\b", self.selection))


def rows() -> list[Row]:
    found: list[Row] = []
    people: list[str] = []
    for line in PATH.read_text().splitlines():
        columns = [column.strip().strip("`") for column in line.strip("|").split("|")]
        if line.startswith("| field |"):
            people = columns[3:]
        elif not line:
            people = []
        elif people and line.startswith("| `"):
            cells = dict(zip(people, columns[3:], strict=True))
            found.append(Row(columns[0], columns[1], columns[2], cells))
    return found


def variables(selection: str) -> list[str]:
    return sorted(set(re.findall(r"\$(\w+)", selection)))


def coordinates(schema: GraphQLSchema) -> Iterator[str]:
    """Yield the coordinates of fields, arguments and fields of inputs."""
    for type_ in own_types(schema):
        for name, field in fields_of(type_).items():
            yield f"{type_.name}.{name}"
            for argument in arguments_of(field):
                yield f"{type_.name}.{name}({argument}:)"


class _Coordinates(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types, self.found = types, set[str]()

    def enter(self, node: Node, *_: Any) -> None:
        if isinstance(node, FieldNode) and (parent := self.types.get_parent_type()):
            coordinate = f"{parent.name}.{node.name.value}"
            self.found |= {
                coordinate,
                *(f"{coordinate}({a.name.value}:)" for a in node.arguments or ()),
            }
        if isinstance(node, ObjectFieldNode) and (input_ := self.types.get_parent_input_type()):
            self.found.add(f"{get_named_type(input_).name}.{node.name.value}")


def coordinates_of(document: str, schema: GraphQLSchema) -> set[str]:
    """Return the coordinates that a document selects."""
    types = TypeInfo(schema)
    visitor = _Coordinates(types)
    visit(parse(document), TypeInfoVisitor(types, visitor))
    return visitor.found


def summary(answer: Any, names: dict[str, str]) -> str:
    """Return a response in the words of the table. `names` has a word for each ID."""
    if errors := answer.get("errors"):
        return "; ".join(sorted({WORDS[error["extensions"]["code"]] for error in errors}))
    [value] = answer["data"].values()
    if isinstance(value, dict) and (type_ := value.pop("__typename", None)) and not value:
        return WORDS.get(type_, "done")
    return _text(value, names)


def _text(value: Any, names: dict[str, str]) -> str:
    match value:
        case dict() if len(value) == 1:
            return _text(next(iter(value.values())), names)
        case dict():
            return "{" + ", ".join(f"{key}: {_text(v, names)}" for key, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(_text(each, names) for each in value) + "]"
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
    return names.get(str(value), str(value))
