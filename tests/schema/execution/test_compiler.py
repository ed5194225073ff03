"""What is plain is compiled, and nothing else."""

from functools import wraps
from types import SimpleNamespace
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter

from tests.schema.execution.engine_schema import Cat, Dog, Query, Stone, answer, asked, executed
from tests.schema.execution.random_schemas import QuietSchema
from tests.schema.with_and_without_compiler import compare, compiled


def test_graphql_core_executes_nothing_below_what_is_plain() -> None:
    dog = Dog(name="Rex", tail=1.5, friends=[Cat(name="Tom"), Dog(name="Spot")])
    document = "{ dog { __typename name tail friends { __typename name ... on Cat { lives } } } }"
    assert executed(document, dog=dog) == ["dog"]
    assert executed("{ rows { name } }", rows=[[Cat(name="Tom"), None], []]) == ["rows"]
    answer(document, dog=dog)


def test_what_is_plain_beside_a_resolver_and_below_it_is_compiled() -> None:
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
    compare(schema, document, asked(kennel=kennel))


def test_resolvers_arguments_permissions_and_extensions_are_not_plain() -> None:
    class Nobody(BasePermission):
        message = "Nobody may."

        def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
            return False

    class Louder(FieldExtension):
        def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
            return next_(source, info, **kwargs).upper()

    @strawberry.type
    class Secretive:
        open: str = "open"
        secret: str | None = strawberry.field(default="secret", permission_classes=[Nobody])
        loud: str = strawberry.field(default="loud", extensions=[Louder()])

    @strawberry.type
    class Root:
        secretive: Secretive

    schema = QuietSchema(Root)
    for name in ("secret", "loud"):
        document = f"{{ secretive {{ open {name} }} }}"
        assert name in executed(document, schema, secretive=Secretive())
        compare(schema, document, asked(secretive=Secretive()))
    for name in ("heavy", "times(factor: 2)"):
        assert name[:5] in executed(f"{{ stone {{ weight {name} }} }}", stone=Stone())[-1]


def test_a_resolver_that_somebody_wrapped_sees_each_call() -> None:
    schema, calls = QuietSchema(Query), []
    types: Any = schema._schema.type_map  # noqa: SLF001 - where graphql-core has it
    field = types["Cat"].fields["name"]
    stock = field.resolve

    @wraps(stock)
    def watched(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return stock(*args, **kwargs)

    field.resolve = watched
    compiled(schema, "{ cat { name } }", asked(cat=Cat(name="Tom"))())
    assert len(calls) == 1


def test_another_way_to_read_attributes_is_kept() -> None:
    config = StrawberryConfig(default_resolver=lambda source, name: getattr(source, f"{name}_"))

    @strawberry.type
    class Spoon:
        name: str

    @strawberry.type
    class Root:
        spoon: Spoon

    spoon = SimpleNamespace(name="wrong", name_="right")
    root = asked(spoon_=spoon)
    answered = compare(QuietSchema(Root, config=config), "{ spoon { name } }", root)
    assert answered == ('{"spoon": {"name": "right"}}', [])


def test_names_of_types_are_those_of_strawberry() -> None:
    class Polite(NameConverter):
        def from_object(self, object_type: Any) -> str:
            return f"Dear{super().from_object(object_type)}"

    schema = QuietSchema(Query, types=[Cat, Dog], config=StrawberryConfig(name_converter=Polite()))
    root = asked(animals=[Cat(name="Tom")], things=[Cat(name="Tom")])
    for document in ("{ animals { name } }", "{ things { __typename } }"):
        compare(schema, document, root)


def test_what_is_merged_depends_on_the_type() -> None:
    document = "{ animals { toy { weight } ... on Cat { toy { again: weight } } } }"
    for order in (1, -1):
        animals = [Dog(name="Rex", toy=Stone(weight=1)), Cat(name="Tom", toy=Stone(weight=2))]
        answer(f"{document} # {order}", animals=animals[::order])


def test_types_that_say_themselves_what_they_are_are_asked() -> None:
    @strawberry.interface
    class Shy:
        name: str

    @strawberry.type
    class Picky(Shy):
        @classmethod
        def is_type_of(cls, obj: Any, _info: Any) -> bool:
            return bool(obj.name == "picky")

    @strawberry.type
    class Easy(Shy):
        pass

    @strawberry.interface
    class Decided:
        name: str

        @classmethod
        def resolve_type(cls, obj: Any, _info: Any, _type: Any) -> str:
            return "Late" if obj.name == "late" else "Early"

    @strawberry.type
    class Early(Decided):
        pass

    @strawberry.type
    class Late(Decided):
        pass

    @strawberry.type
    class Root:
        shy: list[Shy | None]
        picky: list[Picky | None]
        decided: list[Decided | None]

    schema = QuietSchema(Root, types=[Picky, Easy, Early, Late])
    shy = [Picky(name="picky"), Picky(name="no"), Easy(name="easy"), Easy(name="picky")]
    decided = [Early(name="late"), Early(name="x"), Late(name="late"), Late(name="x")]
    root = asked(shy=shy, picky=shy, decided=decided)
    for name in ("shy", "picky", "decided"):
        compare(schema, f"{{ {name} {{ __typename name }} }}", root)


def test_values_are_not_always_what_their_class_says() -> None:
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
    root = asked(failure=Failure(text="It failed."), anything=strange)
    for name in ("failure", "anything"):
        compare(QuietSchema(Root), f"{{ {name} {{ text }} }}", root)


def test_what_is_not_plain_matters_where_it_is_met() -> None:
    cats, stones = [Cat(name="Tom"), None], [Cat(name="Tom"), Stone(weight=11)]
    document = "{ things { ... on Cat { name } ... on Stone { weight heavy } } }"
    assert executed(document, things=cats) == ["things"]
    assert executed(document, things=stones) == ["things", "weight", "heavy"]
    answer(document, things=stones)
