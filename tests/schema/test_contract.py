"""The schema equals schema.graphql, keeps the contract, and has descriptions."""

from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, build_schema, is_specified_directive

import schema as schema_package
from schema.root import schema
from tests.schema.schema_compat import arguments_of, breaches, fields_of, own_types

SDL = Path(str(schema_package.__file__)).with_name("schema.graphql")
CONTRACT = Path(__file__).with_name("contract.graphql")


def built() -> GraphQLSchema:
    return build_schema(schema.as_str())


def test_the_committed_schema_is_up_to_date() -> None:
    assert SDL.read_text().strip() == schema.as_str().strip(), "Run `make schema`."


def test_the_schema_keeps_the_contract() -> None:
    assert breaches(build_schema(CONTRACT.read_text()), built()) == []


CONTRACT_OF_TWO = """
interface Node { id: ID! }
type Query { node(id: ID!, deep: Boolean): Node  pets: [Pet!]! }
union Pet = Cat | Dog
type Cat implements Node { id: ID! kind: Kind! }
type Dog { name: String }
enum Kind { HOUSE WILD }
input Wish { pet: ID! count: Int }
"""


@pytest.mark.parametrize(
    ("promised", "instead", "found"),
    [
        ("kind: Kind!", "kind: Kind", "Cat.kind: Kind, not Kind!"),
        ("[Pet!]!", "[Pet]!", "Query.pets: [Pet]!, not [Pet!]!"),
        ("pets:", "animals:", "Query.pets: missing"),
        ("deep: Boolean", "deep: Boolean!", "Query.node(deep:): Boolean!, not Boolean"),
        ("deep: Boolean", "far: Boolean", "Query.node(deep:): missing"),
        ("(id: ID!,", "(id: ID!, who: ID!,", "Query.node(who:): new, and required"),
        ("Cat | Dog", "Cat", "Pet: Dog is missing"),
        ("Cat implements Node", "Cat", "Cat: Node is missing"),
        ("HOUSE WILD", "HOUSE", "Kind: WILD is missing"),
        ("enum Kind { HOUSE WILD }", "scalar Kind", "Kind: another kind of type"),
        ("pet: ID!", "pet: ID", "Wish.pet: ID, not ID!"),
        ("count: Int", "count: Int more: Int!", "Wish.more: new, and required"),
        ("input Wish", "input Hope", "Wish: missing"),
    ],
)
def test_a_breach_of_a_contract_is_found(promised: str, instead: str, found: str) -> None:
    assert promised in CONTRACT_OF_TWO
    broken = build_schema(CONTRACT_OF_TWO.replace(promised, instead))
    assert found in breaches(build_schema(CONTRACT_OF_TWO), broken)


def test_additions_keep_a_contract() -> None:
    more = (
        CONTRACT_OF_TWO.replace("Cat | Dog", "Cat | Dog | Cow")
        .replace("deep: Boolean", "deep: Boolean, wide: Boolean! = true")
        .replace("count: Int", "count: Int more: Int! = 1")
        .replace("HOUSE WILD", "HOUSE WILD FARM")
    )
    extended = build_schema(more + "type Cow implements Node { id: ID! }")
    assert breaches(build_schema(CONTRACT_OF_TWO), extended) == []


def test_everything_has_a_description() -> None:
    schema_, described = built(), {}
    for type_ in own_types(schema_):
        described[type_.name] = type_.description
        if isinstance(type_, GraphQLEnumType):
            described |= {f"{type_.name}.{k}": v.description for k, v in type_.values.items()}
        for name, field in fields_of(type_).items():
            described[f"{type_.name}.{name}"] = field.description
            for key, argument in arguments_of(field).items():
                described[f"{type_.name}.{name}({key}:)"] = argument.description
    for directive in schema_.directives:
        if not is_specified_directive(directive):
            described[f"@{directive.name}"] = directive.description
    assert [name for name, text in described.items() if not (text or "").strip()] == []
    assert len(described) > 100


def test_descriptions_are_sentences_without_a_trailing_blank() -> None:
    for type_ in own_types(built()):
        text = type_.description or ""
        assert text == text.strip()
        assert text.endswith("."), type_.name
