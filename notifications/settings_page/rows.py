"""Rows of the matrix as forms: a form for a notification, a field for each of its backends."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.forms import Field, Form
from django.utils.translation import gettext_lazy as _

from notifications.configuration.entries import BackendEntry, NotificationEntry
from notifications.models import Backend
from notifications.preferences.rows import Cell, GroupCell, Row

Value = bool | None
"""Value of an input. None is "not set", which only groups' inputs can have."""


class Columns(tuple[BackendEntry, ...]):
    """Backends in catalogue order. The operator `in` accepts `Backend` rows, too."""

    __slots__ = ()

    def __contains__(self, backend: object) -> bool:
        if isinstance(backend, Backend):
            return any(entry.id == backend.pk for entry in self)
        return super().__contains__(backend)


class RowForm(Form):
    """One notification, with a field for each of its backends, named as the backend."""

    def __init__(self, row: Row[Any], *, fields: Mapping[str, Field], **kwargs: Any) -> None:
        self.row = row
        super().__init__(**kwargs)
        self.fields.update(fields)

    @property
    def notification(self) -> NotificationEntry:
        return self.row.notification

    @property
    def title(self) -> str:
        return self.row.notification.display_name

    @property
    def backends_included(self) -> Columns:
        return Columns(cell.backend for cell in self.row.cells)

    def add_prefix(self, field_name: str) -> str:
        return input_name(self.notification.name, field_name)


def row_prefix(notification: str) -> str:
    """Return the prefix of a row's form. It has no slash, which separates it from the backend."""
    return quote(notification, safe="")


def input_name(notification: str, backend: str) -> str:
    """Return the name of a cell's input, which is unique for any two names."""
    return f"{row_prefix(notification)}/{quote(backend, safe='')}"


def attach(field: Field, cell: Cell | GroupCell) -> Field:
    """Give the field its cell, and its widget an accessible name."""
    field.widget.attrs["aria-label"] = _("%(notification)s: %(backend)s") % {
        "notification": cell.notification.display_name,
        "backend": cell.backend.display_name,
    }
    field.cell = cell  # type: ignore[attr-defined]
    return field


def sections(forms: Sequence[RowForm]) -> Iterator[tuple[str, list[RowForm]]]:
    """Yield the forms of each category, ordered by the first notification of the category."""
    found: dict[str, list[RowForm]] = {}
    for form in forms:
        found.setdefault(form.notification.category, []).append(form)
    return iter(found.items())
