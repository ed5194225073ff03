"""Counts of valid and invalid documents."""

import pytest
from graphql import parse

from schema.limits.counts import CEILING, Count, DocumentCounts


def counted(document: str) -> Count:
    return DocumentCounts(parse(document)).total()


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
def test_a_document_is_counted(
    document: str, depth: int, fields: int, root_fields: int, aliases: int
) -> None:
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
def test_an_invalid_document_is_counted_as_far_as_possible(document: str, count: Count) -> None:
    assert counted(document) == count


@pytest.mark.parametrize(
    ("document", "cycles"),
    [
        ("{ ...F } fragment F on Query { viewer { id } ...F }", ["F"]),
        ("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F ...G }", ["F", "G"]),
        ("fragment F on Query { ...G } fragment G on Query { ...F }", ["F"]),
        ("{ ...F ...G } fragment F on Query { ...G } fragment G on Query { viewer { id } }", []),
    ],
)
def test_a_fragment_within_itself_is_named(document: str, cycles: list[str]) -> None:
    assert DocumentCounts(parse(document)).cycles == cycles


def test_a_count_ends_at_the_ceiling() -> None:
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
def test_overlapping_pairs_are_counted(document: str, pairs: int) -> None:
    assert DocumentCounts(parse(document)).overlaps(limit=100) == pairs


def test_counting_pairs_stops_after_the_limit() -> None:
    counts = DocumentCounts(parse("{ a a a b { c c } d { c c } }"))
    assert counts.overlaps(limit=2) == 3
