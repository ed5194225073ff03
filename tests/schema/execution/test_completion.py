"""Completion of valid and invalid values, compared with graphql-core."""

from math import inf
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import Undefined

from tests.schema.execution.engine_schema import Animal, Box, Cat, Dog, Leaves, Stone, answer
from tests.schema.execution.random_values import Colour, CustomError, Size


@pytest.mark.parametrize(
    "value",
    [
        *(None, Undefined, True, False, 0, 1, 3, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1),
        *(10**400, 1.0, 1.5, inf, -inf, float("nan"), "", "1", "x", "true", "red", "RED", "SMALL"),
        *(b"1", [], (), {}, object, Colour.RED, Size.SMALL, ValueError("a value"), "\ud800"),
        *(Cat(name="Tom"), SimpleNamespace(name="Tom"), CustomError("a text?")),
    ],
    ids=repr,
)
@pytest.mark.parametrize("leaf", ["text", "id", "whole", "number", "truth", "colour", "size"])
def test_leaves_are_coerced_as_in_graphql_core(leaf: str, value: Any) -> None:
    answer(f"{{ leaves {{ {leaf} }} }}", leaves=lambda: Leaves(**{leaf: value}))


@pytest.mark.parametrize(
    "value", [None, Undefined, 2**31, True, "x", "3", ValueError("x"), [1], 1.0, 1.5]
)
def test_a_null_that_is_not_allowed_is_an_error(value: Any) -> None:
    rows = [[Cat(name="Tom"), Cat(name="Tim", lives=value), None]]
    answer("{ rows { name lives } cat { lives } }", rows=rows, cat=Cat(name="Tom"))


@pytest.mark.parametrize(
    "value",
    [
        *(None, Undefined, [], (), {}, "ab", b"ab", 1, {1: 2}, [None], [[None]], [{}], [1]),
        *([Cat(name="Tom")], (Cat(name="Tom"), Dog(name="Rex")), [Dog], [Stone()]),
        *(ValueError("a value"), [ValueError("a value")], [Animal(name="?")]),
        *(
            [SimpleNamespace(name="?")],
            [Box(held=1)],
            CustomError("a value"),
            [CustomError("a value")],
        ),
    ],
    ids=repr,
)
def test_lists_and_types_are_checked_as_in_graphql_core(value: Any) -> None:
    answer("{ animals { __typename name ... on Cat { lives } } }", animals=lambda: value)
    answer("{ things { __typename ... on Cat { name } } }", things=lambda: value)
    answer("{ rows { name } }", rows=lambda: value)
    answer("{ cat { name } box { __typename } }", cat=lambda: value, box=lambda: value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: iter([Cat(name="Tom"), Dog(name="Rex")]),
        lambda: map(Cat.named, ("Tom", "Tim")),
        {"Tom": Cat(name="Tom")}.values,
    ],
)
def test_iterators_are_read_once(make: Any) -> None:
    [data, errors] = answer("{ animals { name } }", animals=make)
    assert "Tom" in data
    assert errors == []


def test_properties_may_raise() -> None:
    class Ghost(Cat):
        @property
        def lives(self) -> int:
            raise LookupError("There are none.")

        @lives.setter
        def lives(self, value: int) -> None:
            pass

    answer("{ rows { name lives } }", rows=[[Cat(name="Tom")], [Ghost(name="Boo"), None]])


def test_a_value_can_be_cast_to_another_type() -> None:
    class Row:
        name = "row"
        lives = weight = 1

    for type_ in (Cat, Dog, Stone):
        row = strawberry.cast(type_, Row())
        answer("{ animals { __typename name } cat { lives } }", animals=[row], cat=row)
        answer("{ things { __typename ... on Cat { lives } } }", things=[row, row])
    stone = strawberry.cast(Cat, Stone(weight=1))
    answer("{ stone { weight } things { __typename } }", stone=stone, things=[stone])
    tom = strawberry.cast(Dog, Cat(name="Tom"))
    answer("{ animals { __typename } cat { name } things { __typename } }", animals=[tom], cat=tom)


def test_types_of_generics_and_unions_are_distinguished() -> None:
    things = [Cat(name="Tom"), Stone(weight=3), Box(held=3), Box(held="x"), None]
    document = "{ things { __typename ... on Stone { weight heavy } ... on IntBox { held } } }"
    answer(document, things=things)
    answer("{ box { __typename held { name lives } } }", box=Box(held=Cat(name="Tom")))
