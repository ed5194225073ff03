"""The catalogue in the database, with changes by administrators, as frozen values."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

from notifications import texts
from notifications.models import Backend, Notification, backend_classes

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """One backend. `enabled` is also false if its class cannot be used.

    `raw_display_name` and `raw_description` are untranslated; `display_name` and `description` are
    their translations into the active language.
    """

    id: int
    name: str
    raw_display_name: str
    raw_description: str
    enabled: bool
    position: int

    @property
    def display_name(self) -> str:
        return texts.translated(self.raw_display_name)

    @property
    def description(self) -> str:
        return texts.translated(self.raw_description)


@dataclass(frozen=True, slots=True)
class CellEntry:
    """One backend of a notification."""

    backend: BackendEntry
    required: bool
    default: bool


@dataclass(frozen=True, slots=True, eq=False)
class NotificationEntry:
    """One notification. Compared by identity, so that it is a quick cache key.

    `public` is also false if the notification is retired. `permissions` maps the IDs of the
    required permissions to `app_label.codename`. `cells` are in catalogue order and include
    disabled backends. `raw_display_name`, `raw_description` and `raw_category` are untranslated;
    `display_name`, `description` and `category` are their translations into the active language.
    """

    id: int
    name: str
    raw_display_name: str
    raw_description: str
    raw_category: str
    public: bool
    permissions: Mapping[int, str]
    cells: tuple[CellEntry, ...]

    @property
    def display_name(self) -> str:
        return texts.translated(self.raw_display_name)

    @property
    def description(self) -> str:
        return texts.translated(self.raw_description)

    @property
    def category(self) -> str:
        return texts.translated(self.raw_category)

    @property
    def backends(self) -> tuple[BackendEntry, ...]:
        """Enabled backends, in catalogue order."""
        return tuple(cell.backend for cell in self.cells if cell.backend.enabled)

    def cell(self, backend: str) -> CellEntry | None:
        """Return the cell of the backend with this name; None unless the backend is enabled."""
        for cell in self.cells:
            if cell.backend.name == backend and cell.backend.enabled:
                return cell
        return None


@dataclass(frozen=True, eq=False)
class Configuration:
    """All notifications in catalogue order, including private ones. Compared by identity."""

    notifications: tuple[NotificationEntry, ...]

    @cached_property
    def public(self) -> tuple[NotificationEntry, ...]:
        return tuple(entry for entry in self.notifications if entry.public)

    @cached_property
    def permissions(self) -> Mapping[int, str]:
        """Permissions that any notification requires: `app_label.codename` by ID."""
        return {
            id_: name for entry in self.notifications for id_, name in entry.permissions.items()
        }

    @cached_property
    def size(self) -> Mapping[str, int]:
        """Number of public notifications, `rows`, and their mean number of backends, `cells`."""
        counts = [len(entry.backends) for entry in self.public]
        return {"rows": len(counts), "cells": ceil(sum(counts) / max(len(counts), 1))}

    @cached_property
    def backend_ids(self) -> Mapping[str, int]:
        """IDs of all backends of any notification by name, including disabled backends."""
        return {
            cell.backend.name: cell.backend.id
            for entry in self.notifications
            for cell in entry.cells
        }


_Head = tuple[int, str, str, str, str, bool]
"""Fields of a NotificationEntry up to `public`."""


def load(notifications: Any = None) -> Configuration:
    """Read the configuration of all notifications, or of those in a queryset; one statement."""
    queryset = Notification.objects.all() if notifications is None else notifications
    folded: dict[int, tuple[_Head, dict[int, str], dict[int, CellEntry]]] = {}
    backends: dict[int, BackendEntry] = {}
    for pk, name, display_name, description, category, *rest in queryset.configuration_rows():
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
    """Return all backends in catalogue order, including unused ones; one statement."""
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
    """Return the enabled backends in catalogue order; one statement."""
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
    """Return the entry of a row. A backend is disabled if its class cannot be used."""
    if enabled and (problem := backend_classes.problem(name, klass, listed=listed)):
        logger.warning("%s", problem)
        enabled = False
    return BackendEntry(pk, name, display_name or name, description, enabled, position)


def columns(entries: Iterable[NotificationEntry]) -> tuple[BackendEntry, ...]:
    """Return the enabled backends of any of these notifications, in catalogue order."""
    used = {backend for entry in entries for backend in entry.backends}
    return tuple(sorted(used, key=lambda backend: (backend.position, backend.id)))
