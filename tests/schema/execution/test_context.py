"""Execution of documents: conditions, options, asynchronous values, threads and memory."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest
import strawberry
from graphql import execute, parse
from graphql.pyutils import AbortController, is_awaitable
from strawberry.directive import DirectiveLocation, DirectiveValue
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import DisableValidation, ParserCache, SchemaExtension
from strawberry.schema.config import StrawberryConfig

from schema.execution import context
from schema.execution.compiler import Compiler
from schema.root import Executor
from tests.schema.conftest import Graphql
from tests.schema.execution.engine_schema import (
    SCHEMA,
    Cat,
    Dog,
    Query,
    answer,
    executed,
    make_root,
)
from tests.schema.execution.random_schemas import QuietSchema
from tests.schema.with_and_without_compiler import (
    RecordingContext,
    by_graphql_core,
    compare,
    compiled,
    outcome,
)


def test_keys_are_in_the_order_of_the_document_and_merged() -> None:
    document = """
      { dog { ...A b: name friends { name } ... on Animal { tail: __typename } ...A
              ... { friends { ... on Cat { lives } n: name } } name } }
      fragment A on Dog { name ... on Dog { name a: tail } friends { __typename } }
    """
    [data, _] = answer(document, dog=Dog(name="Rex", friends=[Cat(name="Tom")]))
    assert data == (
        '{"dog": {"name": "Rex", "a": null, "friends": [{"__typename": "Cat", "name": "Tom",'
        ' "lives": 9, "n": "Tom"}], "b": "Rex", "tail": "Dog"}}'
    )


def test_conditions_are_those_of_each_request() -> None:
    document = """query ($a: Boolean!, $b: Boolean = true) {
      cat { name @skip(if: $a) lives @include(if: $b) ...F @skip(if: $b) }
    } fragment F on Cat { also: name @include(if: $a) }"""
    cat, answers = make_root(cat=Cat(name="Tom")), set()
    for _ in range(2):
        for a in (True, False):
            for given in ({}, {"b": True}, {"b": False}, {"b": None}):
                answers.add(str(compare(SCHEMA, document, cat, {"a": a, **given})))
    assert len(answers) == 5


def test_every_operation_of_a_document_has_its_own_fields() -> None:
    document = "query A { cat { ...F } } query B { cat { lives ...F } } fragment F on Cat { name }"
    root = make_root(cat=Cat(name="Tom"))()
    for _ in range(2):
        for name, expected in (("A", {"name": "Tom"}), ("B", {"lives": 9, "name": "Tom"})):
            SCHEMA.execution_context_class = RecordingContext
            result = SCHEMA.execute_sync(document, root_value=root, operation_name=name)
            assert result.data == {"cat": expected}


def test_a_document_parsed_again_is_compiled_again() -> None:
    schema = QuietSchema(Query)  # without ParserCache
    for _ in range(3):
        assert executed("{ cat { name } }", schema, cat=Cat(name="Tom")) == ["cat"]


def test_extensions_with_resolve_receive_every_field() -> None:
    fields: list[str] = []

    class Recording(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
            fields.append(info.field_name)
            return _next(root, info, *args, **kwargs)

    schema = QuietSchema(Query, extensions=[Recording])
    executed("{ cat { name } }", schema, cat=Cat(name="Tom"))
    assert fields == ["cat", "name"]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"is_awaitable": optimized_is_awaitable}, 1),
        ({"is_awaitable": is_awaitable}, 2),
        ({"is_awaitable": optimized_is_awaitable, "abort_signal": AbortController().signal}, 2),
    ],
)
def test_other_options_of_graphql_core_prevent_compiling(options: Any, count: int) -> None:
    RecordingContext.executed = []
    root, document = make_root(cat=Cat(name="Tom"))(), parse("{ cat { name } }")
    types: Any = SCHEMA._schema  # noqa: SLF001 - graphql-core's schema
    result: Any = execute(types, document, root, executor_class=RecordingContext, **options)
    assert result.data == {"cat": {"name": "Tom"}}
    assert len(RecordingContext.executed) == count


def test_documents_without_validation_are_executed() -> None:
    schema = QuietSchema(Query, extensions=[ParserCache, DisableValidation])
    document = "query ($a: [Int]) { cat { lives name @skip(if: $a) nothing } }"
    for a in ([1], [], None):
        compare(schema, document, make_root(cat=Cat(name="Tom")), {"a": a})


def test_directives_of_the_schema_are_left_to_strawberry() -> None:
    @strawberry.directive(locations=[DirectiveLocation.FIELD])
    def loud(value: DirectiveValue[str]) -> str:
        return value.upper()

    schema = QuietSchema(Query, directives=[loud])
    found = compare(schema, "{ cat { name @loud } }", make_root(cat=Cat(name="Tom")))
    assert found == ('{"cat": {"name": "TOM"}}', [])


def test_deferred_fragments_come_later() -> None:
    config = StrawberryConfig(enable_experimental_incremental_execution=True)
    schema = QuietSchema(Query, config=config, execution_context_class=RecordingContext)
    document = "{ cat { name ... @defer { lives } } rows { name } }"

    async def parts() -> tuple[Any, Any]:
        root = make_root(cat=Cat(name="Tom"), rows=[])()
        found: Any = await schema.execute(document, root_value=root)
        return found.initial_result.data, [part async for part in found.subsequent_results]

    at_first, later = asyncio.run(parts())
    assert at_first == {"cat": {"name": "Tom"}, "rows": []}
    assert later[0].incremental[0].data == {"lives": 9}


def test_awaitables_are_awaited() -> None:
    async def later(value: Any) -> Any:
        return value

    async def lives(_slow: Any) -> int:
        return 3

    @strawberry.type
    class Slow:
        lives: int
        name: str

    setattr(Slow, "lives", property(lives))  # noqa: B010 - no attribute of a dataclass

    @strawberry.type
    class Root:
        slow: Slow

        @strawberry.field
        async def cats(self) -> list[Cat]:
            return [Cat(name="Tim"), await later(Cat(name="Tom"))]

    slow = object.__new__(Slow)
    slow.name = later("Slow")  # type: ignore[assignment]
    schema = QuietSchema(Root, execution_context_class=RecordingContext)
    document = "{ slow { lives name } cats { name } }"
    result = asyncio.run(schema.execute(document, root_value=Root(slow=slow)))
    assert result.data == {
        "slow": {"lives": 3, "name": "Slow"},
        "cats": [{"name": "Tim"}, {"name": "Tom"}],
    }


def test_threads_share_the_compilation_of_a_document(monkeypatch: Any) -> None:
    quick = Compiler._composite  # noqa: SLF001 - so slow that threads overlap

    def slowly(*args: Any) -> Any:
        sleep(0.005)
        return quick(*args)

    monkeypatch.setattr(Compiler, "_composite", slowly)
    dog = Dog(name="Rex", friends=[Dog(name="Spot", friends=[Cat(name="Tom")])])
    document = "{ dog { name friends { ... on Dog { name tail friends { name } } } } }"
    schema = QuietSchema(Query, extensions=[ParserCache], execution_context_class=RecordingContext)
    with ThreadPoolExecutor(8) as pool:
        root = make_root(dog=dog)()
        results = [
            *pool.map(lambda _: outcome(schema.execute_sync(document, root_value=root)), "x" * 40)
        ]
    assert set(map(str, results)) == {str(by_graphql_core(schema, document, root))}
    assert executed(document, schema, dog=dog) == ["dog"]


def test_compiled_documents_are_bounded_in_bytes(settings: Any) -> None:
    settings.NOTIFICATION_CACHE_SIZE = 1_000_000
    compilers = context._compilers  # noqa: SLF001 - filled by a document
    for number in range(200):
        compiled(SCHEMA, f"{{ cat {{ a{number}: name }} }}", make_root(cat=Cat(name="Tom"))())
        assert compilers.size <= 200_000
    assert compilers.size > 100_000


MANY = "{ preferences { notifications { notification { name } cells { effective source } } } }"


def test_the_setting_turns_compilation_off(
    graphql: Graphql, alice: Any, settings: Any, monkeypatch: Any
) -> None:
    parents: list[str] = []
    stock = Executor.execute_field

    def execute_field(self: Any, parent_type: Any, *args: Any) -> Any:
        parents.append(parent_type.name)
        return stock(self, parent_type, *args)

    monkeypatch.setattr(Executor, "execute_field", execute_field)
    answers, below = [], []
    for given in ({}, {"COMPILED": True}, {"COMPILED": False}):
        settings.NOTIFICATION_GRAPHQL = given
        parents.clear()
        answers.append(graphql.data(MANY, user=alice))
        below.append("PreferenceCell" in parents)
    assert below == [False, False, True]
    assert answers[0] == answers[1] == answers[2]
