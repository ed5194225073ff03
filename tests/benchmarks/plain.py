"""Plain JSON views of the matrix, with which the API is compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse

from notifications import preferences
from notifications.access import Access
from notifications.models import GroupPrefs, Notification, UserPrefs
from notifications.permissions import dotted


def by_itself(request: HttpRequest) -> HttpResponse:
    """Four statements besides session and user, however long the catalogue: it is remembered."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": "Sign in."}, status=HTTPStatus.UNAUTHORIZED)
    fields = ("notification_id", "backend_id", "notify")
    own = {
        (notification, backend): notify
        for notification, backend, notify in UserPrefs.objects.filter(
            user=request.user.pk
        ).values_list(*fields)
    }
    group: dict[tuple[int, int], bool] = {}
    for notification, backend, notify in GroupPrefs.objects.filter(
        group__user=request.user.pk
    ).values_list(*fields):
        group[notification, backend] = notify or group.get((notification, backend), False)
    rows = [
        {
            "name": known.name,
            "displayName": known.display_name,
            "category": known.category,
            "cells": [
                _cell(cell, own.get((known.pk, cell.pk)), group.get((known.pk, cell.pk)))
                for cell in known.cells
            ],
        }
        for known in catalogue()
        if request.user.has_perms(known.permissions)
    ]
    return JsonResponse({"notifications": rows})


def by_resolver(request: HttpRequest) -> HttpResponse:
    """View that calls the verb of the API's resolver and writes dicts with orjson."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": "Sign in."}, status=HTTPStatus.UNAUTHORIZED)
    [matrix] = preferences.read(users=[request.user])
    may_change = Access(request.user).may("change", user=request.user.pk)
    rows = [
        {
            "name": row.notification.name,
            "displayName": row.notification.display_name,
            "category": row.notification.category,
            "cells": [
                {
                    "backend": {"name": cell.backend.name},
                    "effective": cell.decision.effective,
                    "source": cell.decision.source,
                    "userValue": cell.user_value,
                    "groupValue": cell.group_value,
                    "defaultValue": cell.default_value,
                    "editable": may_change and cell.decision.settable,
                }
                for cell in row.cells
            ],
        }
        for row in matrix.rows
    ]
    body = orjson.dumps({"notifications": rows})
    return HttpResponse(body, content_type="application/json")


@dataclass(frozen=True, slots=True)
class KnownCell:
    pk: int
    backend: str
    required: bool
    default: bool


@dataclass(frozen=True, slots=True)
class Known:
    pk: int
    name: str
    display_name: str
    category: str
    permissions: tuple[str, ...]
    cells: tuple[KnownCell, ...]


@cache
def catalogue() -> tuple[Known, ...]:
    rows = Notification.objects.filter(public=True).prefetch_related(
        "permissions__content_type", "cells__backend"
    )
    return tuple(_known(notification) for notification in rows)


def _known(notification: Notification) -> Known:
    cells: Iterable[Any] = notification.cells.all()
    return Known(
        notification.pk,
        notification.name,
        notification.display_name or notification.name,
        notification.category,
        tuple(map(dotted, notification.permissions.all())),
        tuple(
            KnownCell(cell.backend.pk, cell.backend.name, cell.required, cell.default)
            for cell in cells
            if cell.backend.enabled
        ),
    )


def _cell(cell: KnownCell, own: bool | None, group: bool | None) -> dict[str, Any]:
    if cell.required:
        effective, source = True, "REQUIRED"
    elif own is not None:
        effective, source = own, "USER"
    elif group is not None:
        effective, source = group, "GROUP"
    else:
        effective, source = cell.default, "DEFAULT"
    return {
        "backend": {"name": cell.backend},
        "effective": effective,
        "source": source,
        "userValue": own,
        "groupValue": group,
        "defaultValue": cell.default,
        "editable": not cell.required,
    }
