"""Valid, nearly valid and invalid values of the fields of random schemas."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import partial
from math import inf, nan
from types import SimpleNamespace
from typing import Any, NewType

import strawberry
from graphql import Undefined
from strawberry import ID
from strawberry.schema.config import StrawberryConfig

Factory = Callable[[], Any]
"""Creates a value: iterators can be read only once."""


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = 2


@strawberry.enum
class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


Even = NewType("Even", int)


def even(value: Any) -> Any:
    if value % 2:
        raise ValueError(f"{value} is odd.")
    return value or None


CONFIG = StrawberryConfig(
    scalar_map={Even: strawberry.scalar(name="Even", serialize=even, parse_value=even)}
)
RIGHT: dict[Any, list[Any]] = {
    str: ["", "one", "two"],
    ID: ["1", "2"],
    int: [0, -7, 2**31 - 1],
    float: [0.0, -1.5],
    bool: [True, False],
    Colour: [Colour.RED, Colour.BLUE],
    Size: [Size.SMALL, Size.LARGE],
    Even: [2, 4],
}


def identity(value: Any) -> Any:
    return value


class CustomError(Exception):
    """Exception that is not built in: graphql-core converts built-in exceptions to texts."""

    name = "custom error"


NEARLY_RIGHT: dict[Any, list[Any]] = {
    str: [1, True, 1.5, inf, b"bytes", Size.SMALL, CustomError("a text?")],
    ID: [1, True, 1.5, 2.0, Size.SMALL],
    int: [2**31, -(2**31) - 1, True, 3.0, 1.5, "3"],
    float: [1, True, nan, -inf, "1.5", 10**400],
    bool: [0, 1, 1.0, "true"],
    Colour: ["red", "RED", 2, Size.SMALL],
    Size: ["small", "SMALL", Colour.RED],
    Even: [1, 0, True, "2"],
}
VALUES: list[Any] = [
    *(None, Undefined, True, 0, 3, 2**31, -(2**31) - 1, 10**400, 1.0, 1.5, nan, inf),
    *("", "12", "red", "RED", b"bytes", Colour.RED, Size.SMALL, ValueError("a value")),
    *([], [None], [1, "one"], (), ({},), {}, {"id": 1}, Colour, object, SimpleNamespace()),
]
WRONG: list[Factory] = [
    *(partial(identity, value) for value in VALUES),
    lambda: iter([1, None]),
    lambda: iter([]),
    lambda: {"only one"},
    lambda: Raises(LookupError("not there")),
    lambda: Raises(ValueError("a value")),
]


@dataclass
class Raises:
    """Error that a property raises instead of returning a value."""

    error: Exception
