"""What a browser was shown, and what a person made of it: matched by name, never by place."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms

from notifications.configuration.entries import BackendEntry
from notifications.models import Backend

Value = bool | None
"""A box is ticked or not; None is no opinion, for those who can have none."""


class Columns(tuple[BackendEntry, ...]):
    """Backends in catalogue order; `in` also accepts `Backend` objects."""

    __slots__ = ()

    def __contains__(self, backend: object) -> bool:
        if isinstance(backend, Backend):
            return any(entry.id == backend.pk for entry in self)
        return super().__contains__(backend)


@dataclass(frozen=True, slots=True)
class Shown:
    """One notification as it was on screen: what it was called, and its cells that could be set."""

    title: str
    cells: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that the person changed; `title` and `column` are what it was called on screen."""

    notification: str
    backend: str
    value: Value
    title: str
    column: str


class ShownField(forms.JSONField):
    """JSON of a browser. A number of many digits or deep nesting is an error like any other."""

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
            json.dumps(found, ensure_ascii=False).encode()  # no page can show surrogates
        except (RecursionError, ValueError):
            raise forms.ValidationError("", code="invalid") from None
        return found


class ShownForm(forms.Form):
    """The formset's management form: one hidden field, however many notifications there are."""

    shown = ShownField(widget=forms.HiddenInput)

    def clean_shown(self) -> dict[str, Shown]:
        given = self.cleaned_data["shown"]
        try:
            return {name: _shown(*entry) for name, entry in given.items()}
        except (AttributeError, TypeError, ValueError):
            raise forms.ValidationError("", code="invalid") from None


def dump(shown: Mapping[str, Shown]) -> dict[str, Any]:
    """As `ShownForm` takes it: name to (title, cells)."""
    return {name: (entry.title, dict(entry.cells)) for name, entry in shown.items()}


def _shown(title: object, cells: object) -> Shown:
    if not isinstance(title, str) or not isinstance(cells, dict):
        raise TypeError
    if not all(value is None or isinstance(value, bool) for value in cells.values()):
        raise TypeError
    return Shown(title, cells)


def prefix_of(notification: str) -> str:
    """Quoted, so that the slash between notification and backend is the only one."""
    return quote(notification, safe="")


def input_name(notification: str, backend: str) -> str:
    """The name of a cell's input."""
    return f"{prefix_of(notification)}/{quote(backend, safe='')}"


def changes(
    shown: Mapping[str, Shown], posted: Callable[[str, Value], Value], columns: Mapping[str, str]
) -> list[Change]:
    """Every cell that no longer says what it was shown to say. `columns` names the backends."""
    return [
        Change(notification, backend, value, entry.title, columns.get(backend, backend))
        for notification, entry in shown.items()
        for backend, before in entry.cells.items()
        if (value := posted(input_name(notification, backend), before)) is not before
    ]
