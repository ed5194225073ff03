"""Hooks of extensions run as Strawberry runs them, whatever they are."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner

from schema.execution.hooks import Runner

PHASES = ("on_operation", "on_parse", "on_validate", "on_execute")
DOCUMENTS = ("{ five }", "{ fails }", "{ six }", "{")

seen: list[str] = []


@strawberry.type
class Query:
    five: int = 5

    @strawberry.field
    def fails(self) -> int | None:
        seen.append("fails")
        raise LookupError("There is none.")


class Watched(strawberry.Schema):
    runner = SchemaExtensionsRunner

    def create_extensions_runner(self, execution_context: Any, extensions: Any) -> Any:
        return self.runner(execution_context, extensions)

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        seen.append("process_errors")


class Known(Watched):
    runner = Runner


def generators(name: str) -> type[SchemaExtension]:
    return extension(name, around)


def extension(
    name: str, hook: Callable[[str], Any], phases: tuple[str, ...] = PHASES
) -> type[SchemaExtension]:
    hooks = {phase: hook(phase) for phase in phases}
    return type(name, (SchemaExtension,), {**hooks, "__repr__": lambda _: name})


def around(phase: str, before: bool = False, after: bool = False) -> Any:
    """Return a hook that tells what comes by, and raises `before` or `after` what it is around."""

    def hook(self: Any) -> Iterator[None]:
        what = f"{phase} of {self!r}"
        seen.append(f"{what} begins: {self.execution_context.query}")
        if before:
            raise ValueError("Before.")
        try:
            yield
        except Exception as error:
            seen.append(f"{what} is told of {error!r}")
            raise
        seen.append(f"{what} ends: {self.execution_context.result}")
        if after:
            raise ValueError("After.")

    return hook


def swallows(self: Any) -> Iterator[None]:
    try:
        yield
    except ValueError:
        seen.append("swallowed")


def plain(self: Any) -> None:
    seen.append("plain")


async def awaited(self: Any) -> None:
    seen.append("awaited")


async def around_awaited(self: Any) -> AsyncIterator[None]:
    seen.append("begins")
    yield
    seen.append("ends")


class Said(SchemaExtension):
    def get_results(self) -> dict[str, Any]:
        return {"said": 1}


class SaidLater(SchemaExtension):
    async def get_results(self) -> dict[str, Any]:
        return {"later": 2}


SETS: dict[str, list[type[SchemaExtension]]] = {
    "none": [],
    "one": [generators("A")],
    "three": [generators("A"), generators("B"), generators("C")],
    "twice": [A := generators("A"), A],
    "inherited": [generators("A"), type("B", (generators("C"),), {})],
    "plain": [generators("A"), extension("B", lambda _: plain), generators("C")],
    "some phases": [extension("A", around, PHASES[:2]), extension("B", around, PHASES[2:])],
    "awaited": [generators("A"), extension("B", lambda _: awaited)],
    "async generators": [extension("A", lambda _: around_awaited), generators("B")],
    "neither": [generators("A"), extension("B", lambda _: "a word")],
    "results": [Said, generators("A"), SaidLater],
    "results at once": [generators("A"), Said],
    "results alone": [Said],
} | {
    f"{how} {phase} {'and swallows' if mild else ''}": [
        extension("A", lambda _: swallows) if mild else generators("A"),
        extension("B", lambda p, how=how: around(p, **{how: True}), (phase,)),  # type: ignore[misc]
        generators("C"),
    ]
    for how in ("before", "after")
    for phase in PHASES
    for mild in (False, True)
}


def told(run: Callable[[], Any]) -> tuple[str, list[str]]:
    """Return how it went, and all that happened meanwhile."""
    seen.clear()
    try:
        how = repr(run())
    except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same
        how = repr(error)
    return how, [*seen]


@pytest.mark.parametrize("which", SETS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_at_once(which: str, document: str) -> None:
    known, usual = (schema(Query, extensions=SETS[which]) for schema in (Known, Watched))
    for _ in range(2):
        expected = told(lambda: usual.execute_sync(document, root_value=Query()))
        assert told(lambda: known.execute_sync(document, root_value=Query())) == expected


@pytest.mark.parametrize("which", SETS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_awaited(which: str, document: str) -> None:
    known, usual = (schema(Query, extensions=SETS[which]) for schema in (Known, Watched))
    for _ in range(2):
        expected = told(lambda: asyncio.run(usual.execute(document, root_value=Query())))
        assert told(lambda: asyncio.run(known.execute(document, root_value=Query()))) == expected


def test_hooks_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []

    def looks(hook: Any) -> bool:
        looked.append(hook)
        return True

    monkeypatch.setattr("inspect.isgeneratorfunction", looks)
    monkeypatch.setattr("schema.execution.hooks.isgeneratorfunction", looks)
    known = Known(Query, extensions=[generators("A"), generators("B")])
    for _ in range(3):
        known.execute_sync("{ five }", root_value=Query())
    assert len(looked) == 2 * len(PHASES)
