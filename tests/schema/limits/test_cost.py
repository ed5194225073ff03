"""Costs of requests: sums over the tree of a document."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_nullable_type, is_list_type, parse

from schema.limits.cost import MAX_SIZE, Estimate
from schema.limits.field_costs import COSTS, LIST_SIZES, UNSHARED_ROWS
from schema.root import schema

SCHEMA = schema._schema  # noqa: SLF001 - graphql-core's schema
SIZE = {"rows": 10, "cells": 3}
INBOX, ENTRY = COSTS["Query.inbox"], LIST_SIZES["InboxConnection.nodes"].entry
UPDATE = COSTS["Mutation.updatePreferences"]


def cost(document: str, variables: dict[str, Any] | None = None) -> int:
    return Estimate(parse(document), SCHEMA).cost(variables or {}, SIZE)


def once(name: str) -> int:
    return COSTS[name].once


def inbox(first: int, fields: int = 1) -> int:
    return INBOX.once + first * (INBOX.entries["first"] + ENTRY + fields)


VIEWER = once("Query.viewer")
GROUPS = once("User.groups")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ viewer { id } }", VIEWER + 1),
        ("{ a: viewer { b: id username } __typename }", VIEWER + 3),
        ("{ viewer { groups { id name } } }", VIEWER + GROUPS + 10 * 2),
        ("{ notifications { backends { name } } }", once("Query.notifications") + 10 * 1),
        ("{ viewer { ...F } } fragment F on User { groups { id } }", VIEWER + GROUPS + 10),
        ("{ ...F ...F } fragment F on Query { viewer { id } }", 2 * (VIEWER + 1)),
        ("{ ... on Query { ... { viewer { ... on Node { id } } } } }", VIEWER + 1),
        ("query A { viewer { id } } query B { __typename }", VIEWER + 1),
        (
            "{ preferences { notifications { cells { effective } } } }",
            once("Query.preferences") + 1 + 10 * (1 + 3),
        ),
        (
            "{ preferences { notifications { id cells { effective } } } }",
            once("Query.preferences")
            + 1
            + 10 * (UNSHARED_ROWS["PreferenceMatrix.notifications"] + 2 + 3),
        ),
    ],
)
def test_the_cost_is_the_sum_of_the_costs_of_fields(document: str, expected: int) -> None:
    assert cost(document) == expected


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        ("{ inbox { nodes { read } } }", {}, inbox(20) + 1),
        ("{ inbox(first: 7) { nodes { read } } }", {}, inbox(7) + 1),
        ("query ($n: Int) { inbox(first: $n) { nodes { read } } }", {"n": 7}, inbox(7) + 1),
        ("query ($n: Int = 7) { inbox(first: $n) { nodes { read } } }", {}, inbox(7) + 1),
        ("query ($n: Int = 7) { inbox(first: $n) { nodes { read } } }", {"n": 9}, inbox(9) + 1),
        ("query ($n: Int = 7) { inbox(first: $n) { nodes { read } } }", {"n": None}, inbox(20) + 1),
        ("query ($n: Int) { inbox(first: $n) { nodes { read } } }", {"n": "x"}, inbox(20) + 1),
        ("{ inbox(first: -7) { nodes { read } } }", {}, inbox(0) + 1),
        ("query ($n: Int) { inbox(first: $n) { nodes { read } } }", {"n": -7}, inbox(0) + 1),
        ("{ inbox(first: 99999999) { nodes { read } } }", {}, inbox(MAX_SIZE) + 1),
        (
            "query ($n: Int) { inbox(first: $n) { nodes { read } } }",
            {"n": 10**400},
            inbox(MAX_SIZE) + 1,
        ),
        (
            "{ inbox(first: 7) { ...F } } fragment F on InboxConnection { nodes { read } }",
            {},
            inbox(7) + 1,
        ),
    ],
)
def test_a_page_is_as_long_as_its_arguments_require(
    document: str, variables: dict[str, Any], expected: int
) -> None:
    assert cost(document, variables) == expected


ENTRIES = '{notification: "a", backend: "b", notify: true}'


@pytest.mark.parametrize(
    ("document", "variables", "entries"),
    [
        (
            f"mutation {{ updatePreferences(input: {{preferences: [{ENTRIES * 3}]}}) {{ X }} }}",
            {},
            3,
        ),
        (
            "mutation ($i: I!) { updatePreferences(input: $i) { X } }",
            {"i": {"preferences": [1, 2]}},
            2,
        ),
        (
            "mutation ($p: P!) { updatePreferences(input: {preferences: $p}) { X } }",
            {"p": [1, 2]},
            2,
        ),
        ("mutation ($i: I!) { updatePreferences(input: $i) { X } }", {"i": {"preferences": 5}}, 0),
        ("mutation ($i: I!) { updatePreferences(input: $i) { X } }", {"i": None}, 0),
        ("mutation ($i: I!) { updatePreferences(input: $i) { X } }", {}, 0),
    ],
)
def test_each_entry_of_a_list_counts(document: str, variables: Any, entries: int) -> None:
    chosen = document.replace("X", "... on UpdatePreferencesSuccess { results { outcome } }")
    results = 1 + (entries or 1)  # the field, and each of its objects
    assert (
        cost(chosen, variables) == UPDATE.once + UPDATE.entries["preferences"] * entries + results
    )


def test_the_most_expensive_alternative_counts() -> None:
    document = (
        '{ node(id: "x") { id ... on User { username groups { id } } ... on Group { name } } }'
    )
    assert cost(document) == once("Query.node") + 1 + 1 + GROUPS + 10


def test_disjoint_lists_count_once() -> None:
    rows = "{ notification { name } cells { effective } }"
    permitted, withheld = f"notifications {rows}", f"withheld {rows}"
    alone, both = (
        cost(f"{{ preferences {{ {lists} }} }}") for lists in (permitted, permitted + withheld)
    )
    assert both == alone + once("PreferenceMatrix.withheld") - 1
    assert both < cost(f"{{ preferences {{ {permitted} more: {permitted} {withheld} }} }}")


def test_the_executed_operation_counts() -> None:
    document = "query A { viewer { id } } query B { __typename }"
    estimate = Estimate(parse(document), SCHEMA)
    costs = [estimate.cost({}, SIZE, name) for name in ("A", "B", "C", None)]
    assert costs == [VIEWER + 1, 1, VIEWER + 1, VIEWER + 1]


def test_fragments_on_interfaces_count() -> None:
    rows = "notifications { cells { effective } }"
    flat = f"{{ preferences {{ a: {rows} b: {rows} }} }}"
    nested = f"""{{ preferences {{ a: {rows}
      ... on Node {{ ... on PreferenceMatrix {{ b: {rows} }} }} }} }}"""
    assert cost(nested) == cost(flat)


def test_an_integral_float_counts_as_an_integer() -> None:
    document = "query ($n: Int) { inbox(first: $n) { nodes { read } } }"
    assert cost(document, {"n": 100.0}) == cost(document, {"n": 100})
    assert cost(document, {"n": float("nan")}) == cost(document, {"n": 1.5}) == cost(document)


def test_problems_of_all_lists_count() -> None:
    document = """mutation ($i: I!) { clearPreferences(input: $i) {
      ... on InvalidPreferences { problems { code } } } }"""
    names = ["nonsense"] * 50
    alone = cost(document, {"i": {"backends": names}})
    assert cost(document, {"i": {"notifications": [], "backends": names}}) == alone
    assert cost(document, {"i": {"notifications": names, "backends": names}}) > 1.5 * alone


def test_deep_fragments_need_no_recursion() -> None:
    links = "".join(f"fragment F{i} on Query {{ ...F{i + 1} }}" for i in range(2_000))
    assert cost(f"{{ ...F0 }} {links} fragment F2000 on Query {{ viewer {{ id }} }}") == VIEWER + 1


def fields() -> Iterator[tuple[str, Any]]:
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            yield from ((f"{type_.name}.{name}", field) for name, field in type_.fields.items())


def test_every_list_has_a_size() -> None:
    lists = {name for name, field in fields() if is_list_type(get_nullable_type(field.type))}
    assert lists == LIST_SIZES.keys()


def test_costs_are_of_existing_fields() -> None:
    assert COSTS.keys() | UNSHARED_ROWS.keys() <= dict(fields()).keys()


def test_every_root_field_has_a_cost() -> None:
    roots = {name for name, _ in fields() if name.startswith(("Query.", "Mutation."))}
    assert roots <= COSTS.keys()
