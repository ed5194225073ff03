"""Template tags of matrices: `{% load notifications %}`."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.forms import BoundField
from django.urls import NoReverseMatch, reverse

from notifications.access import Access
from notifications.arguments import evaluate
from notifications.precedence import Source
from notifications.settings_page.rows import RowForm

register = template.Library()


@register.simple_tag
def cell(form: RowForm, backend: Any) -> BoundField | None:
    """Return the field of a cell, or None if there is no such cell.

    `{% cell form backend as field %}`: `backend` is one of `formset.backends`, or a name.
    """
    backend = evaluate(backend)
    name = getattr(backend, "name", backend)
    return form[name] if name in form.fields else None


@register.simple_tag
def source(field: BoundField, sources: Mapping[str, str]) -> str:
    """Return the text of the source of a cell's value: `{% source field sources as text %}`."""
    cell: Any = field.field.cell  # type: ignore[attr-defined]
    if hasattr(cell, "decision"):
        return sources[cell.decision.source]
    if not cell.settable:
        return sources[Source.REQUIRED]
    return sources["ON" if cell.default_value else "OFF"]


@register.simple_tag(takes_context=True)
def matrix_url(context: template.Context) -> str:
    """Return the URL of the matrix of the user or group on this admin form.

    It is empty for other models, for viewers without permission, and in projects without the page.
    """
    row, access = context.get("original"), Access(context["user"])
    if isinstance(row, Group):
        name, allowed = "group", access.may("view", group=row)
    elif isinstance(row, get_user_model()):
        name, allowed = "user", access.may("view", user=row.pk)
    else:
        return ""
    try:
        return reverse(f"notifications:{name}", args=[row.pk]) if allowed else ""
    except NoReverseMatch:
        return ""
