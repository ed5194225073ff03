"""Runs the hooks of extensions as Strawberry does, having looked at each class of them once.

Strawberry looks at every extension four times a request, and makes functions of what it finds.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import lru_cache
from inspect import isgeneratorfunction
from typing import Any

from strawberry.extensions import SchemaExtension
from strawberry.extensions.context import (
    ExecutingContextManager,
    ExtensionContextManagerBase,
    OperationContextManager,
    ParsingContextManager,
    ValidationContextManager,
)
from strawberry.extensions.runner import SchemaExtensionsRunner

Manager = Callable[[SchemaExtension], AbstractContextManager[None]]


class _Known(ExtensionContextManagerBase):
    """Leaves to Strawberry what is asynchronous, and hooks that are no generators."""

    def __init__(self, extensions: list[SchemaExtension]) -> None:
        self._extensions = extensions

    def __enter__(self) -> None:
        managers = _managers(self.HOOK_NAME, *map(type, self._extensions))
        if managers is None:
            super().__init__(self._extensions)
            super().__enter__()
            return
        self.exit_stack = ExitStack()
        for position, manager in managers:
            self.exit_stack.enter_context(manager(self._extensions[position]))

    async def __aenter__(self) -> None:
        super().__init__(self._extensions)
        await super().__aenter__()


class _Operation(_Known, OperationContextManager):
    pass


class _Parsing(_Known, ParsingContextManager):
    pass


class _Validation(_Known, ValidationContextManager):
    pass


class _Executing(_Known, ExecutingContextManager):
    pass


class Runner(SchemaExtensionsRunner):
    def operation(self) -> OperationContextManager:
        return _Operation(self.extensions)

    def parsing(self) -> ParsingContextManager:
        return _Parsing(self.extensions)

    def validation(self) -> ValidationContextManager:
        return _Validation(self.extensions)

    def executing(self) -> ExecutingContextManager:
        return _Executing(self.extensions)

    def get_extensions_results_sync(self) -> dict[str, Any]:
        if _have_results(*map(type, self.extensions)):
            return super().get_extensions_results_sync()
        return {}


@lru_cache
def _managers(name: str, *classes: type[SchemaExtension]) -> list[tuple[int, Manager]] | None:
    """Return the hooks of this name, each with its class's position; None: some are unusual."""
    none = getattr(SchemaExtension, name)
    hooks = [(position, getattr(class_, name)) for position, class_ in enumerate(classes)]
    own = [(position, hook) for position, hook in hooks if hook is not none]
    if not all(isgeneratorfunction(hook) for _, hook in own):
        return None
    return [(position, contextmanager(hook)) for position, hook in own]


@lru_cache
def _have_results(*classes: type[SchemaExtension]) -> bool:
    return any(class_.get_results is not SchemaExtension.get_results for class_ in classes)
