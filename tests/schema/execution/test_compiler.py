"""Compilation of plain fields, and of no others."""

from functools import wraps
from types import SimpleNamespace
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter

from tests.schema.execution.engine_schema import Cat, Dog, Query, Stone, answer, executed, make_root
from tests.schema.execution.random_schemas import QuietSchema
from tests.schema.with_and_without_compiler import compare, compiled


def test_plain_selections_are_compiled() -> None:
    dog = Dog(name="Rex", tail=1.5, friends=[Cat(name="Tom"), Dog(name="Spot")])
    document = "{ dog { __typename name tail friends { __typename name ... on Cat { lives } } } }"
    assert executed(document, dog=dog) == ["dog"]
    assert executed("{ rows { name } }", rows=[[Cat(name="Tom"), None], []]) == ["rows"]
    answer(document, dog=dog)


def test_plain_fields_around_a_resolver_are_compiled() -> None:
    @strawberry.type
    class Kennel:
        best: Dog
        all: list[Dog]

        @strawberry.field
        def oldest(self) -> Dog:
            return self.best

    @strawberry.type
    class Root:
        kennel: Kennel

    schema = QuietSchema(Root)
    rex = Dog(name="Rex")
    kennel = Kennel(best=rex, all=[rex, rex])
    document = "{ kennel { best { name } all { name tail } oldest { name } } }"
    assert executed(document, schema, kennel=kennel) == ["kennel", "best", "all", "oldest"]
    compare(schema, document, make_root(kennel=kennel))


def test_resolvers_arguments_permissions_and_extensions_are_not_plain() -> None:
    class Denied(BasePermission):
        message = "Denied."

        def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
            return False

    class Louder(FieldExtension):
        def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
            return next_(source, info, **kwargs).upper()

    @strawberry.type
    class Restricted:
        open: str = "open"
        secret: str | None = strawberry.field(default="secret", permission_classes=[Denied])
        loud: str = strawberry.field(default="loud", extensions=[Louder()])

    @strawberry.type
    class Root:
        restricted: Restricted

    schema = QuietSchema(Root)
    for name in ("secret", "loud"):
        document = f"{{ restricted {{ open {name} }} }}"
        assert name in executed(document, schema, restricted=Restricted())
        compare(schema, document, make_root(restricted=Restricted()))
    for name in ("heavy", "times(factor: 2)"):
        assert name[:5] in executed(f"{{ stone {{ weight {name} }} }}", stone=Stone())[-1]


def test_a_wrapped_resolver_is_called_each_time() -> None:
    schema, calls = QuietSchema(Query), []
    types: Any = schema._schema.type_map  # noqa: SLF001 - graphql-core's schema
    field = types["Cat"].fields["name"]
    stock = field.resolve

    @wraps(stock)
    def recorded(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return stock(*args, **kwargs)

    field.resolve = recorded
    compiled(schema, "{ cat { name } }", make_root(cat=Cat(name="Tom"))())
    assert len(calls) == 1


def test_another_default_resolver_is_used() -> None:
    config = StrawberryConfig(default_resolver=lambda source, name: getattr(source, f"{name}_"))

    @strawberry.type
    class Spoon:
        name: str

    @strawberry.type
    class Root:
        spoon: Spoon

    spoon = SimpleNamespace(name="wrong", name_="right")
    root = make_root(spoon_=spoon)
    answered = compare(QuietSchema(Root, config=config), "{ spoon { name } }", root)
    assert answered == ('{"spoon": {"name": "right"}}', [])


def test_names_of_types_are_those_of_strawberry() -> None:
    class Polite(NameConverter):
        def from_object(self, object_type: Any) -> str:
            return f"Dear{super().from_object(object_type)}"

    schema = QuietSchema(Query, types=[Cat, Dog], config=StrawberryConfig(name_converter=Polite()))
    root = make_root(animals=[Cat(name="Tom")], things=[Cat(name="Tom")])
    for document in ("{ animals { name } }", "{ things { __typename } }"):
        compare(schema, document, root)


def test_merged_selections_depend_on_the_type() -> None:
    document = "{ animals { toy { weight } ... on Cat { toy { again: weight } } } }"
    for order in (1, -1):
        animals = [Dog(name="Rex", toy=Stone(weight=1)), Cat(name="Tom", toy=Stone(weight=2))]
        answer(f"{document} # {order}", animals=animals[::order])


def test_is_type_of_and_resolve_type_are_called() -> None:
    @strawberry.interface
    class Interface:
        name: str

    @strawberry.type
    class Checked(Interface):
        @classmethod
        def is_type_of(cls, obj: Any, _info: Any) -> bool:
            return bool(obj.name == "checked")

    @strawberry.type
    class Unchecked(Interface):
        pass

    @strawberry.interface
    class Resolved:
        name: str

        @classmethod
        def resolve_type(cls, obj: Any, _info: Any, _type: Any) -> str:
            return "Late" if obj.name == "late" else "Early"

    @strawberry.type
    class Early(Resolved):
        pass

    @strawberry.type
    class Late(Resolved):
        pass

    @strawberry.type
    class Root:
        abstract: list[Interface | None]
        checked: list[Checked | None]
        resolved: list[Resolved | None]

    schema = QuietSchema(Root, types=[Checked, Unchecked, Early, Late])
    abstract = [
        Checked(name="checked"),
        Checked(name="no"),
        Unchecked(name="unchecked"),
        Unchecked(name="checked"),
    ]
    resolved = [Early(name="late"), Early(name="x"), Late(name="late"), Late(name="x")]
    root = make_root(abstract=abstract, checked=abstract, resolved=resolved)
    for name in ("abstract", "checked", "resolved"):
        compare(schema, f"{{ {name} {{ __typename name }} }}", root)


def test_instances_with_special_attributes_are_checked() -> None:
    @strawberry.type
    class Failure(Exception):
        text: str

    @strawberry.type
    class Anything:
        text: str

        def __getattr__(self, name: str) -> Any:
            return self.__dict__["others"][name]

    @strawberry.type
    class Root:
        failure: Failure | None
        anything: Anything | None

    strange = Anything(text="?")
    strange.__dict__["others"] = {"__as_strawberry_type__": Anything}
    root = make_root(failure=Failure(text="It failed."), anything=strange)
    for name in ("failure", "anything"):
        compare(QuietSchema(Root), f"{{ {name} {{ text }} }}", root)


def test_values_of_types_that_are_not_plain_are_executed() -> None:
    cats, stones = [Cat(name="Tom"), None], [Cat(name="Tom"), Stone(weight=11)]
    document = "{ things { ... on Cat { name } ... on Stone { weight heavy } } }"
    assert executed(document, things=cats) == ["things"]
    assert executed(document, things=stones) == ["things", "weight", "heavy"]
    answer(document, things=stones)
