"""Small schema of plain and other fields, and functions that execute documents on it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.extensions import ParserCache

from tests.schema.execution.random_schemas import QuietSchema
from tests.schema.execution.random_values import Colour, Size
from tests.schema.with_and_without_compiler import RecordingContext, compare, compiled

T = TypeVar("T")


@strawberry.type
class Stone:
    weight: int | None = None

    @strawberry.field
    def heavy(self) -> bool:
        return (self.weight or 0) > 10

    @strawberry.field
    def times(self, factor: int) -> int:
        return (self.weight or 0) * factor


@strawberry.interface
class Animal:
    name: str
    toy: Stone | None = None


@strawberry.type
class Cat(Animal):
    lives: int = 9

    @classmethod
    def named(cls, name: str) -> "Cat":
        return cls(name=name)


@strawberry.type
class Dog(Animal):
    tail: float | None = None
    friends: list[Animal] = strawberry.field(default_factory=list)


@strawberry.type
class Box(Generic[T]):
    held: T


@strawberry.type
class Leaves:
    text: str | None = None
    id: strawberry.ID | None = None
    whole: int | None = None
    number: float | None = None
    truth: bool | None = None
    colour: Colour | None = None
    size: Size | None = None


Thing = Annotated[Cat | Stone | Box[int], strawberry.union("Thing")]


@strawberry.type
class Query:
    animals: list[Animal] | None = None
    cat: Cat | None = None
    dog: Dog | None = None
    stone: Stone | None = None
    stones: list[Stone] | None = None
    things: list[Thing | None] | None = None
    box: Box[Cat] | None = None
    leaves: Leaves | None = None
    rows: list[list[Cat | None]] | None = None


SCHEMA = QuietSchema(Query, types=[Cat, Dog], extensions=[ParserCache])


def make_root(**values: Any) -> Callable[[], Any]:
    """Return a function that creates a root value. Values that are functions are called."""
    return lambda: SimpleNamespace(
        **{name: value() if callable(value) else value for name, value in values.items()}
    )


def answer(document: str, **values: Any) -> Any:
    return compare(SCHEMA, document, make_root(**values))


def executed(document: str, schema: strawberry.Schema = SCHEMA, **values: Any) -> list[str]:
    """Return the fields that graphql-core executed itself."""
    compiled(schema, document, make_root(**values)())
    return RecordingContext.executed
