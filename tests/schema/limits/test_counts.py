"""The counts of a document are sums, whatever the document looks like."""

import pytest
from graphql import parse

from schema.limits.counts import CEILING, Count, Counter
from schema.limits.overlaps import overlaps


def counted(document: str) -> Count:
    return Counter(parse(document)).total()


@pytest.mark.parametrize(
    ("document", "depth", "fields", "root_fields", "aliases"),
    [
        ("{ viewer { id } }", 2, 2, 1, 0),
        ("{ a: viewer { b: id username } __typename }", 2, 4, 2, 2),
        ("{ viewer { groups { id name } } }", 3, 4, 1, 0),
        ("{ notifications { backends { name } } }", 3, 3, 1, 0),
        ("{ viewer { ...F } } fragment F on User { groups { id } }", 3, 3, 1, 0),
        ("{ ...F ...F } fragment F on Query { a: backends { id } }", 2, 4, 2, 2),
        ("{ viewer { groups { ...F } } } fragment F on Group { id name }", 3, 4, 1, 0),
        (
            "{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { id } }",
            2,
            2,
            1,
            0,
        ),
        ("{ ... on Query { ... { viewer { ... on Node { id } } } } }", 2, 2, 1, 0),
        ("{ preferences { matrices: notifications { cells { id } } } }", 4, 4, 1, 1),
        ("query A { viewer { id } } query B { backends { id name } }", 2, 5, 2, 0),
        ("query A { } query B { }", 0, 0, 2, 0),
        ("{ viewer { id } } fragment Unused on User { groups { id } }", 2, 4, 3 - 1, 0),
    ],
)
def test_it_counts(document: str, depth: int, fields: int, root_fields: int, aliases: int) -> None:
    assert counted(document) == Count(depth, fields, root_fields, aliases)


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ("{ ...Unknown }", Count(0, 0, 1, 0)),
        ("{ unknown { more { id } } }", Count(3, 3, 1, 0)),
        ("{ viewer { id { id } } }", Count(3, 3, 1, 0)),
        ("{ ... on Unknown { groups { id } } }", Count(2, 2, 1, 0)),
        ("subscription { viewer { groups { id } } }", Count(3, 3, 1, 0)),
        ("{ viewer { id } } type Query { viewer: User }", Count(2, 2, 1, 0)),
        ("{ ...F } fragment F on Query { a } fragment F on Query { b c }", Count(1, 3, 3, 0)),
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
    assert Counter(parse(document)).rings == rings


def test_counting_stops_somewhere() -> None:
    links = "".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(200))
    count = counted(f"{{ ...F0 }} {links} fragment F200 on Query {{ a: viewer {{ id }} }}")
    assert count == Count(2, CEILING, CEILING, CEILING)


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
    counter = Counter(parse(document))
    roots = [part.definition.selection_set for part in counter.roots]
    assert overlaps(roots, counter.fragments, most=100) == pairs


def test_counting_what_meets_stops_after_enough() -> None:
    counter = Counter(parse("{ a a a b { c c } d { c c } }"))
    roots = [part.definition.selection_set for part in counter.roots]
    assert overlaps(roots, counter.fragments, most=2) == 3
