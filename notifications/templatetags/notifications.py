"""For templates that show the matrix: `{% load notifications %}`."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BoundField

from notifications.arguments import resolved
from notifications.precedence import Source
from notifications.settings_page.rows import RowForm

register = template.Library()


@register.simple_tag
def cell(form: RowForm, backend: Any) -> BoundField | None:
    """`{% cell form backend as field %}`: the field of one cell; None where there is no cell.

    `backend` is one of `formset.backends`, or a name.
    """
    backend = resolved(backend)
    name = getattr(backend, "name", backend)
    return form[name] if name in form.fields else None


@register.simple_tag
def source(field: BoundField, sources: Mapping[str, str]) -> str:
    """`{% source field sources as text %}`: where the value of a cell comes from."""
    cell: Any = field.field.cell  # type: ignore[attr-defined]
    if hasattr(cell, "decision"):
        return sources[cell.decision.source]
    if not cell.settable:
        return sources[Source.REQUIRED]
    return sources["ON" if cell.default_value else "OFF"]
