"""Former import paths of public modules. Importing one gives the module at its new path."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

NOTIFICATIONS = {
    "at_once": "preferences.one_statement",
    "backend_checks": "checks.backends",
    "checking": "preferences.checking",
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
    "natural": "database.natural_keys",
    "online": "database.online_migrations",
    "pages": "database.pagination",
    "project_checks": "checks.project",
    "querysets": "models.querysets",
    "records": "delivery.history",
    "snapshot": "configuration.cache",
    "triggers": "configuration.triggers",
    "unsubscribe_view": "unsubscribe.views",
    "unsubscribing": "unsubscribe.verbs",
    "validation": "preferences.validation",
    "views": "settings_page.views",
}


def keep(package: str, names: Mapping[str, str]) -> None:
    """Let modules of a package be imported by their former names, too."""
    _finder.paths.update({f"{package}.{old}": f"{package}.{new}" for old, new in names.items()})


class _Finder(MetaPathFinder):
    def __init__(self) -> None:
        self.paths: dict[str, str] = {}

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        present = self.paths.get(fullname)
        return ModuleSpec(fullname, _Alias(present)) if present else None


class _Alias(Loader):
    """Loader that returns the module at another path, as it is."""

    def __init__(self, present: str) -> None:
        self._present = present

    def create_module(self, _spec: ModuleSpec) -> ModuleType:
        module = import_module(self._present)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the machinery has put that of the former path there


_finder = _Finder()
sys.meta_path.append(_finder)
keep("notifications", NOTIFICATIONS)
