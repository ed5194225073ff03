"""Comparison of a submitted form with the values that its page was rendered with, by names."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from notifications.settings_page.rows import Value, input_name


@dataclass(frozen=True, slots=True)
class RenderedRow:
    """Title of a notification and values of its settable cells, as the page was rendered."""

    title: str
    cells: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Change:
    """Cell that the user changed. `title` and `column` are the names that the page showed."""

    notification: str
    backend: str
    value: Value
    title: str
    column: str

    @property
    def cell(self) -> tuple[str, str]:
        return self.notification, self.backend


class RowsField(forms.JSONField):
    """JSON from a browser. Very long numbers and deep nesting are validation errors."""

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
            json.dumps(found, ensure_ascii=False).encode()  # fails for lone surrogates
        except (RecursionError, ValueError):
            raise forms.ValidationError("", code="invalid") from None
        return found


class ManagementForm(forms.Form):
    """Management form of the formset: one hidden field for any number of notifications."""

    rendered = RowsField(widget=forms.HiddenInput)

    def clean_rendered(self) -> dict[str, RenderedRow]:
        rows = self.cleaned_data["rendered"]
        try:
            return {name: _row(*row) for name, row in rows.items()}
        except (AttributeError, TypeError, ValueError):
            raise forms.ValidationError("", code="invalid") from None


def dump(rows: Mapping[str, RenderedRow]) -> dict[str, Any]:
    """Return the value of the hidden field: names to (title, cells)."""
    return {name: (row.title, dict(row.cells)) for name, row in rows.items()}


def _row(title: object, cells: object) -> RenderedRow:
    if not isinstance(title, str) or not isinstance(cells, dict):
        raise TypeError
    if not all(value is None or isinstance(value, bool) for value in cells.values()):
        raise TypeError
    return RenderedRow(title, cells)


def changes(
    rows: Mapping[str, RenderedRow],
    submitted: Callable[[str, Value], Value],
    columns: Mapping[str, str],
) -> list[Change]:
    """Return the cells whose submitted value differs from the rendered one.

    `submitted(name, before)` returns the value of an input. `columns` are display names of the
    backends.
    """
    return [
        Change(notification, backend, value, row.title, columns.get(backend, backend))
        for notification, row in rows.items()
        for backend, before in row.cells.items()
        if (value := submitted(input_name(notification, backend), before)) is not before
    ]
