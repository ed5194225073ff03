"""What exists and is offered, as frozen values: the catalogue as administrators left it."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

from notifications import texts
from notifications.caches import Cache
from notifications.models import Backend, Notification, backend_classes

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """One backend. `enabled` is false for a backend whose class cannot be used, too.

    `title` and `text` are untranslated; `display_name` and `description` are their translations
    into the active language.
    """

    id: int
    name: str
    title: str
    text: str
    enabled: bool
    position: int

    @property
    def display_name(self) -> str:
        return texts.translated(self.title)

    @property
    def description(self) -> str:
        return texts.translated(self.text)


@dataclass(frozen=True, slots=True)
class CellEntry:
    backend: BackendEntry
    required: bool
    default: bool


@dataclass(frozen=True, slots=True, eq=False)
class NotificationEntry:
    """One object as long as nothing changes, so that what is made of it can be kept.

    `public` is false for retired notifications, too. `permissions` maps the ids of those a user
    must hold to their `app_label.codename`.

    `cells` are in catalogue order, those of disabled backends included. `title`, `text` and
    `heading` are untranslated; `display_name`, `description` and `category` are their translations
    into the active language.
    """

    id: int
    name: str
    title: str
    text: str
    heading: str
    public: bool
    permissions: Mapping[int, str]
    cells: tuple[CellEntry, ...]

    @property
    def display_name(self) -> str:
        return texts.translated(self.title)

    @property
    def description(self) -> str:
        return texts.translated(self.text)

    @property
    def category(self) -> str:
        return texts.translated(self.heading)

    @property
    def backends(self) -> tuple[BackendEntry, ...]:
        """Those that are enabled."""
        return tuple(cell.backend for cell in self.cells if cell.backend.enabled)

    def cell(self, backend: str) -> CellEntry | None:
        """The cell of the backend with this name, if it is enabled."""
        for cell in self.cells:
            if cell.backend.name == backend and cell.backend.enabled:
                return cell
        return None


@dataclass(frozen=True)
class Configuration:
    """All notifications in catalogue order, the private ones included."""

    notifications: tuple[NotificationEntry, ...]

    @cached_property
    def public(self) -> tuple[NotificationEntry, ...]:
        return tuple(entry for entry in self.notifications if entry.public)

    @cached_property
    def permissions(self) -> Mapping[int, str]:
        """Every permission that any notification requires: id to `app_label.codename`."""
        return {
            id_: name for entry in self.notifications for id_, name in entry.permissions.items()
        }

    @cached_property
    def size(self) -> Mapping[str, int]:
        """The number of public notifications, `rows`, and of backends of each, `cells`."""
        offered = [len(entry.backends) for entry in self.public]
        return {"rows": len(offered), "cells": ceil(sum(offered) / max(len(offered), 1))}

    @cached_property
    def rows(self) -> Cache[Any, Any]:
        """Rows that `matrix` has decided, by notification and the values that decide it."""
        return Cache("rows", share=0.06, weigh=lambda _key, row: 500 + 250 * len(row.cells))

    @cached_property
    def backend_ids(self) -> Mapping[str, int]:
        """By name, every backend that any notification may use, enabled or not."""
        return {
            cell.backend.name: cell.backend.id
            for entry in self.notifications
            for cell in entry.cells
        }


_Head = tuple[int, str, str, str, str, bool]
"""The fields of a NotificationEntry up to `public`."""


def load(notifications: Any = None) -> Configuration:
    """Read the configuration, of all notifications or of those in a queryset; one statement."""
    chosen = Notification.objects.all() if notifications is None else notifications
    folded: dict[int, tuple[_Head, dict[int, str], dict[int, CellEntry]]] = {}
    backends: dict[int, BackendEntry] = {}
    for pk, name, display_name, description, category, *rest in chosen.configuration_rows():
        public, retired, permission, codename, app_label, required, default, *backend = rest
        visible = public and not retired
        _, permissions, cells = folded.setdefault(
            pk, ((pk, name, display_name or name, description, category, visible), {}, {})
        )
        if permission is not None:
            permissions[permission] = f"{app_label}.{codename}"
        if backend[0] is not None and backend[0] not in cells:
            entry = backends.setdefault(backend[0], _backend(*backend))
            cells[backend[0]] = CellEntry(entry, required, default)
    return Configuration(
        tuple(
            NotificationEntry(*head, permissions, tuple(cells.values()))
            for head, permissions, cells in folded.values()
        )
    )


def backends() -> list[BackendEntry]:
    """In catalogue order, whether or not a notification uses them; one statement."""
    fields = (
        "pk",
        "name",
        "display_name",
        "description",
        "enabled",
        "position",
        "klass",
        "listed",
    )
    return [_backend(*row) for row in Backend.objects.values_list(*fields)]


def enabled_backends() -> list[BackendEntry]:
    """As `backends`, without those that are disabled."""
    return [entry for entry in backends() if entry.enabled]


def _backend(  # noqa: PLR0913, PLR0917 - a row
    pk: int,
    name: str,
    display_name: str,
    description: str,
    enabled: bool,  # noqa: FBT001
    position: int,
    klass: str,
    listed: bool,  # noqa: FBT001
) -> BackendEntry:
    """Return the entry of a row. A backend whose class cannot be used is not enabled."""
    if enabled and (problem := backend_classes.problem(name, klass, listed=listed)):
        logger.warning("%s", problem)
        enabled = False
    return BackendEntry(pk, name, display_name or name, description, enabled, position)


def columns(entries: Iterable[NotificationEntry]) -> tuple[BackendEntry, ...]:
    """The enabled backends that any of the notifications uses, in catalogue order."""
    used = {backend for entry in entries for backend in entry.backends}
    return tuple(sorted(used, key=lambda backend: (backend.position, backend.id)))
