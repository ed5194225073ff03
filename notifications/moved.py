"""Former import paths of public modules. Importing one returns the module at its new path."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NOTIFICATIONS = {
    "at_once": "preferences.writes",
    "backend_checks": "checks.backends",
    "backends.addressed": "backends.base",
    "checking": "preferences.validation",
    "clock": "database.clock",
    "contexts": "delivery.contexts",
    "databases": "database.routing",
    "delivery.observing": "delivery.metrics",
    "delivery.reviving": "delivery.retry",
    "delivery.settings": "conf",
    "delivery_checks": "checks.delivery",
    "dictionaries": "conf",
    "endpoint": "settings_page.endpoint",
    "facts": "preferences.user_state",
    "forms": "settings_page.forms",
    "formsets": "settings_page.formsets",
    "getting": "database.prepared",
    "links": "site",
    "matrix": "preferences.matrix",
    "messages": "site",
    "methods": "models.compat",
    "models.missing": "models.catalogue",
    "natural": "database.natural_keys",
    "online": "database.online_migrations",
    "pages": "delivery.history",
    "project_checks": "checks.project",
    "querysets": "models.querysets",
    "reasons": "precedence",
    "records": "delivery.history",
    "snapshot": "configuration.cache",
    "subjects": "arguments",
    "triggers": "configuration.triggers",
    "unsubscribe_view": "unsubscribe.views",
    "unsubscribing": "unsubscribe.links",
    "validation": "preferences.validation",
    "views": "settings_page.views",
}


Paths = Mapping[str, str | tuple[str, ...]]
"""Present names by former names; several where the contents of a module are now in several."""


def keep(package: str, names: Paths) -> None:
    """Keep former names of modules of a package importable."""
    for old, new in names.items():
        parts = (new,) if isinstance(new, str) else new
        _finder.paths[f"{package}.{old}"] = tuple(f"{package}.{part}" for part in parts)


class _Finder(MetaPathFinder):
    def __init__(self) -> None:
        self.paths: dict[str, tuple[str, ...]] = {}

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        present = self.paths.get(fullname)
        return ModuleSpec(fullname, _Alias(present)) if present else None


class _Alias(Loader):
    """Loader that returns the module at another path, as it is, or a view of several modules."""

    def __init__(self, present: tuple[str, ...]) -> None:
        self._present = present

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        modules = [import_module(path) for path in self._present]
        module = modules[0] if len(modules) == 1 else _Split(spec.name, modules)
        self._spec = module.__spec__ or spec
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # importlib has set that of the former path


class _Split(ModuleType):
    """Former module whose contents are in several modules."""

    def __init__(self, name: str, parts: Sequence[ModuleType]) -> None:
        super().__init__(name)
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        for part in self._parts:
            if name in vars(part):
                return vars(part)[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


_finder = _Finder()
sys.meta_path.append(_finder)
keep("notifications", NOTIFICATIONS)
