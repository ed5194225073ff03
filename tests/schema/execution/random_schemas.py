"""Random schemas, and valid and invalid data for them.

Names of fields are unique in a schema, so that all fields can be merged.
"""

from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import GenericAlias, SimpleNamespace
from typing import Annotated, Any, Optional, Union

import strawberry

from tests.schema.execution.random_values import (
    CONFIG,
    NEARLY_RIGHT,
    RIGHT,
    WRONG,
    Factory,
    Raises,
    identity,
)


class Base:
    """Base of all types, with properties that read from a dictionary."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def read(self, name: str) -> Any:
        value = self.values[name]
        if isinstance(value, Raises):
            raise value.error
        return value


@dataclass
class RandomType:
    """A type of the schema: its fields by name, and its possible types."""

    name: str
    type: Any
    fields: dict[str, "TypeReference"]
    members: list["RandomType"] = field(default_factory=list)
    arguments: set[str] = field(default_factory=set)

    @property
    def is_abstract(self) -> bool:
        return bool(self.members)


@dataclass
class TypeReference:
    """A type in lists and optionals: `wraps` from the outside, as in `[T]!` or `[[T!]]`."""

    inner: Any  # one of RIGHT or a RandomType
    wraps: list[str]

    @property
    def annotation(self) -> Any:
        found = self.inner.type if isinstance(self.inner, RandomType) else self.inner
        for wrap in reversed(self.wraps):
            found = GenericAlias(list, found) if wrap == "list" else Optional.__getitem__(found)
        return found


WRAPS: list[list[str]] = [
    *([], ["optional"], ["list"], ["optional", "list"], ["list", "optional"], ["list", "list"]),
    ["optional", "list", "optional", "list", "optional"],
]


class RandomTypes:
    """Random types, and a query with a field of each of them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.numbers = iter(range(1000))
        self.types: list[RandomType] = []
        interfaces = [self._interface() for _ in range(random.randint(0, 2))]
        for _ in range(random.randint(2, 4)):
            implemented = [interface for interface in interfaces if random.random() < 0.5]
            self.types.append(self._object(implemented))
            if len(self.types) % 2 == 0:
                self.types.append(self._union())
        self.types.extend(interface for interface in interfaces if interface.members)
        self.query = self._query()

    def schema(self, extensions: Any) -> strawberry.Schema:
        objects = [found.type for found in self.types if not found.is_abstract]
        return QuietSchema(self.query.type, types=objects, config=CONFIG, extensions=extensions)

    def data(self, wrong: int) -> Factory:
        """Return a function that creates a root value; one value in `wrong` is invalid."""
        values = {name: self.value(found, wrong) for name, found in self.query.fields.items()}
        return lambda: SimpleNamespace(**{name: create() for name, create in values.items()})

    def _name(self, prefix: str) -> str:
        return f"{prefix}{next(self.numbers)}"

    def _reference(self) -> TypeReference:
        scalar = self.random.random() < 0.5 or not self.types
        inner = self.random.choice([*RIGHT] if scalar else self.types)
        return TypeReference(inner, self.random.choice(WRAPS))

    def _interface(self) -> RandomType:
        fields = {self._name("f"): self._reference() for _ in range(2)}
        class_ = type(self._name("Interface"), (Base,), {"__annotations__": annotations(fields)})
        return RandomType(class_.__name__, strawberry.interface(class_), fields)

    def _object(self, interfaces: list[RandomType]) -> RandomType:
        own = {self._name("f"): self._reference() for _ in range(self.random.randint(1, 4))}
        kinds = {name: self.random.choice(KINDS) for name in own}
        resolvers = {name: resolver(name, kinds[name], own[name].annotation) for name in own}
        namespace: dict[str, Any] = {name: found for name, found in resolvers.items() if found}
        plain = {name: found for name, found in own.items() if not resolvers[name]}
        bases = (*(interface.type for interface in interfaces), *(() if interfaces else (Base,)))
        namespace["__annotations__"] = annotations(plain)
        class_ = type(self._name("Type"), bases, namespace)
        type_ = strawberry.type(class_)
        inherited = {
            name: found for interface in interfaces for name, found in interface.fields.items()
        }
        for name in (*plain, *inherited):
            setattr(type_, name, property(partial(Base.read, name=name)))
        for name in ("__init__", "__repr__"):  # rather than those of a dataclass
            setattr(type_, name, getattr(Base, name))
        arguments = {name for name, kind in kinds.items() if kind == "argument"}
        found = RandomType(class_.__name__, type_, inherited | own, arguments=arguments)
        for interface in interfaces:
            interface.members.append(found)
        return found

    def _union(self) -> RandomType:
        objects = [found for found in self.types if not found.is_abstract]
        members = self.random.sample(objects, self.random.randint(2, len(objects)))
        name = self._name("Union")
        types = Union.__getitem__(tuple(member.type for member in members))
        return RandomType(name, Annotated[types, strawberry.union(name)], {}, members)

    def _query(self) -> RandomType:
        fields = {
            self._name("q"): TypeReference(found, self.random.choice(WRAPS)) for found in self.types
        }
        class_ = type("Query", (), {"__annotations__": annotations(fields)})
        return RandomType("Query", strawberry.type(class_), fields)

    def value(self, of: TypeReference, wrong: int, wraps: list[str] | None = None) -> Factory:
        """Return a function that creates a value; one in `wrong` is invalid."""
        wraps = of.wraps if wraps is None else wraps
        leaf = not isinstance(of.inner, RandomType) and not wraps
        if leaf and self.random.randint(1, wrong) <= 3:  # invalid values higher up hide the leaves
            return partial(identity, self.random.choice(NEARLY_RIGHT[of.inner]))
        if self.random.randint(1, wrong) == wrong:
            another = self.random.choice([found for found in self.types if not found.is_abstract])
            return self.random.choice([*WRONG, lambda: another.type({})])
        if not wraps:
            return self._plain(of, wrong)
        if wraps[0] == "optional":
            is_none = self.random.randint(0, 3) == 0
            return (lambda: None) if is_none else self.value(of, wrong, wraps[1:])
        items = [self.value(of, wrong, wraps[1:]) for _ in range(self.random.randint(0, 3))]
        kind = self.random.choice([list, list, list, tuple, iter])
        return lambda: kind([item() for item in items])  # type: ignore[operator]

    def _plain(self, of: TypeReference, wrong: int) -> Factory:
        if not isinstance(of.inner, RandomType):
            found = self.random.choice(RIGHT[of.inner])
            return lambda: found
        found = self.random.choice(of.inner.members) if of.inner.is_abstract else of.inner
        values = {name: self.value(wrapped, wrong) for name, wrapped in found.fields.items()}
        type_ = found.type
        if self.random.randint(0, 5) == 0:  # a subclass that is not a Strawberry type
            type_ = type(f"Sub{found.name}", (type_,), {})
        return lambda: type_({name: create() for name, create in values.items()})


KINDS = ["plain"] * 8 + ["resolver", "argument"]


def annotations(fields: dict[str, TypeReference]) -> dict[str, Any]:
    return {name: found.annotation for name, found in fields.items()}


def resolver(name: str, kind: str, annotation: Any) -> Any:
    """Return a field with a resolver, or None for a plain field."""
    if kind == "plain":
        return None

    def resolve(self: Any) -> Any:
        return self.read(name)

    def resolve_times(self: Any, times: int = 1) -> Any:
        return next(self.read(name) for _ in range(times))

    found = resolve if kind == "resolver" else resolve_times
    found.__annotations__["return"] = annotation
    return strawberry.field(resolver=found)


class QuietSchema(strawberry.Schema):
    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        pass
