"""What a document asks for: counted as a sum, whatever the document looks like."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLObjectType,
    get_nullable_type,
    is_list_type,
    parse,
)

from schema.cost import CEILING, LISTS, Count, Counter
from schema.overlaps import overlaps
from schema.root import schema

SCHEMA = schema._schema  # noqa: SLF001 - what graphql-core knows of it


def counted(document: str) -> Count:
    return Counter(parse(document), SCHEMA).total()


@pytest.mark.parametrize(
    ("document", "depth", "fields", "root_fields", "aliases", "cost"),
    [
        ("{ viewer { id } }", 2, 2, 1, 0, 2),
        ("{ a: viewer { b: id username } __typename }", 2, 4, 2, 2, 4),
        ("{ viewer { groups { id name } } }", 3, 4, 1, 0, 2 + 10 * 2),
        ("{ notifications { backends { name } } }", 3, 3, 1, 0, 1 + 50 + 50 * 5),
        ("{ viewer { ...F } } fragment F on User { groups { id } }", 3, 3, 1, 0, 2 + 10),
        ("{ ...F ...F } fragment F on Query { a: backends { id } }", 2, 4, 2, 2, 2 * (1 + 5)),
        ("{ viewer { groups { ...F } } } fragment F on Group { id name }", 3, 4, 1, 0, 2 + 20),
        (
            "{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { id } }",
            2,
            2,
            1,
            0,
            2,
        ),
        ("{ ... on Query { ... { viewer { ... on Node { id } } } } }", 2, 2, 1, 0, 2),
        ("{ preferences { matrices: notifications { cells { id } } } }", 4, 4, 1, 1, 2 + 50 + 250),
        ("query A { viewer { id } } query B { backends { id name } }", 2, 5, 2, 0, 11),
        ("query A { } query B { }", 0, 0, 2, 0, 0),
        ("{ viewer { id } } fragment Unused on User { groups { id } }", 2, 4, 3 - 1, 0, 11),
    ],
)
def test_it_counts(
    document: str, depth: int, fields: int, root_fields: int, aliases: int, cost: int
) -> None:
    assert counted(document) == Count(depth, fields, root_fields, aliases, cost)


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ("{ ...Unknown }", Count(0, 0, 1, 0, 0)),
        ("{ unknown { more { id } } }", Count(3, 3, 1, 0, 3)),
        ("{ viewer { id { id } } }", Count(3, 3, 1, 0, 3)),
        ("{ ... on Unknown { groups { id } } }", Count(2, 2, 1, 0, 2)),
        ("subscription { viewer { groups { id } } }", Count(3, 3, 1, 0, 3)),
        ("{ viewer { id } } type Query { viewer: User }", Count(2, 2, 1, 0, 2)),
        ("{ ...F } fragment F on Query { a } fragment F on Query { b c }", Count(1, 3, 3, 0, 2)),
    ],
)
def test_what_makes_no_sense_counts_as_far_as_it_does(document: str, count: Count) -> None:
    assert counted(document) == count


@pytest.mark.parametrize(
    ("document", "rings"),
    [
        ("{ ...F } fragment F on Query { viewer { id } ...F }", ["F"]),
        ("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F ...G }", ["F", "G"]),
        ("fragment F on Query { ...G } fragment G on Query { ...F }", ["F"]),
        ("{ ...F ...G } fragment F on Query { ...G } fragment G on Query { viewer { id } }", []),
    ],
)
def test_fragments_within_themselves_are_named(document: str, rings: list[str]) -> None:
    assert Counter(parse(document), SCHEMA).rings == rings


def test_counting_stops_somewhere() -> None:
    links = "".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(200))
    count = counted(f"{{ ...F0 }} {links} fragment F200 on Query {{ a: viewer {{ id }} }}")
    assert count == Count(2, CEILING, CEILING, CEILING, CEILING)


@pytest.mark.parametrize(
    ("document", "pairs"),
    [
        ("{ viewer { id username } backends { id } }", 0),
        ("{ viewer { id } viewer { id } }", 1 + 1),
        ("{ viewer { id } viewer { id } viewer { id } }", 3 + 3),
        ("{ a: viewer { id } a: backends { id } b: notifications { id } }", 1 + 1),
        ("{ viewer { id id id id } }", 6),
        ("{ viewer { id ... on User { id } } }", 1),
        ("{ viewer { id ...F } } fragment F on User { id }", 1),
        ("{ ...F ...G } fragment F on Query { a } fragment G on Query { b }", 1),
        ("{ ...F ...F } fragment F on Query { a }", 1),
        ("{ ...Unknown ...Other }", 1),
        ("query A { viewer { id id } } query B { viewer { id id } }", 1 + 1),
        ("{ viewer { id } } fragment Unused on User { id id }", 1),
    ],
)
def test_it_counts_what_meets(document: str, pairs: int) -> None:
    counter = Counter(parse(document), SCHEMA)
    roots = [part.definition.selection_set for part in counter.roots]
    assert overlaps(roots, counter.fragments, most=100) == pairs


def test_counting_what_meets_stops_after_enough() -> None:
    counter = Counter(parse("{ a a a b { c c } d { c c } }"), SCHEMA)
    roots = [part.definition.selection_set for part in counter.roots]
    assert overlaps(roots, counter.fragments, most=2) == 3


def lists() -> Iterator[str]:
    """Every field that answers with a list of objects, of this schema and of schemas."""
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                if is_list_type(get_nullable_type(field.type)):
                    yield name


def test_it_is_known_of_every_list_how_long_it_is_taken_to_be() -> None:
    assert set(lists()) == LISTS.keys()
