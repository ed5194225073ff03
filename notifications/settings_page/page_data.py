"""Data of the JavaScript module: cells as the API has them, names and texts."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.shortcuts import resolve_url

from notifications.preferences.rows import Cell, GroupCell
from notifications.settings_page import endpoint, texts
from notifications.settings_page.formsets import MatrixFormSet
from notifications.settings_page.rows import input_name


def page_data(
    formset: MatrixFormSet, *, subject: tuple[str, Any], sources: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the data as a JSON object.

    `subject` is the name of the type and the primary key of the user or group. `url` is None if no
    API is installed, or if the form has changes that were refused: then the page is only a form.
    """
    api = endpoint.find()
    kind = subject[0].lower()
    rows = formset.matrix.rows
    return {
        "kind": kind,
        "subject": api and api.global_id(*subject),
        "url": (api and not formset.is_bound and api.url) or None,
        "documentId": api and api.document_id(kind),
        "signIn": resolve_url(settings.LOGIN_URL),
        "titles": {row.notification.name: row.notification.display_name for row in rows},
        "columns": {backend.name: backend.display_name for backend in formset.backends},
        "cells": [_cell(formset, cell) for row in rows for cell in row.cells],
        "sources": {str(source): str(text) for source, text in sources.items()},
        "problems": {str(code): str(text) for code, text in texts.PROBLEMS.items()},
        "texts": {name: str(text) for name, text in texts.TEXTS.items()},
    }


def _cell(formset: MatrixFormSet, cell: Cell | GroupCell) -> dict[str, Any]:
    """Return a cell as the documents of the module query it, and the name of its input."""
    return {
        "input": input_name(cell.notification.name, cell.backend.name),
        "notification": cell.notification.name,
        "backend": cell.backend.name,
        "editable": formset.settable(cell) and not formset.read_only,
        **(_of_group(cell) if isinstance(cell, GroupCell) else _of_user(cell)),
    }


def _of_user(cell: Cell) -> dict[str, Any]:
    decision = cell.decision
    return {"value": decision.effective, "own": cell.user_value, "source": decision.source}


def _of_group(cell: GroupCell) -> dict[str, Any]:
    return {"value": cell.value, "own": cell.value, "required": not cell.settable}
