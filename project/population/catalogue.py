"""Made-up notifications, backends, cells and groups: rows built in Python, seeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.contrib.auth.models import Group, Permission

from notifications.database.routing import for_write
from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend

PRIVATE, PERMITTED = 0.1, 0.2
"""Shares of notifications that are private, and that require a permission."""
REQUIRED, MISSING = 0.02, 0.05
"""Shares of cells that are required, and that a notification does not have."""
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Size:
    """Number of rows of each row.

    `preferences` counts those of each group, and of each user that has any: a `share` of all users.
    """

    users: int
    notifications: int = 50
    backends: int = 4
    groups: int = 100
    preferences: int = 4
    share: float = 1.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class CatalogueRows:
    notifications: Sequence[Any]
    backends: Sequence[Any]
    cells: Sequence[NotificationBackend]
    groups: Sequence[Any]
    permissions: Sequence[Any]

    @property
    def settable(self) -> list[NotificationBackend]:
        return [cell for cell in self.cells if not cell.required]


def write_catalogue(
    *, notifications: int, backends: int, groups: int, draw: Random
) -> CatalogueRows:
    """Write notifications, backends, cells, and groups with permissions."""
    notification_rows: list[Any] = _numbered(Notification, "notification", notifications)
    for position, row in enumerate(notification_rows):
        row.category, row.public = f"Category {position // 10}", draw.random() >= PRIVATE
    Notification.objects.bulk_create(notification_rows)
    backend_rows: list[Any] = Backend.objects.bulk_create(_numbered(Backend, "backend", backends))
    permissions = list(Permission.objects.using(for_write()).order_by("pk")[:3])
    _require(notification_rows, permissions, draw)
    cells = [
        NotificationBackend(
            notification=row,
            backend=backend,
            required=draw.random() < REQUIRED,
            default=draw.random() < HALF,
        )
        for row in notification_rows
        for backend in backend_rows
        if backend is backend_rows[0] or draw.random() >= MISSING
    ]
    NotificationBackend.objects.bulk_create(cells, batch_size=1000)
    return CatalogueRows(
        notification_rows, backend_rows, cells, _groups(groups, permissions, draw), permissions
    )


def write_group_preferences(rows: CatalogueRows, each: int, draw: Random) -> int:
    """Write `each` preferences of each group, and return their number."""
    settable = rows.settable
    prefs = [
        GroupPrefs(
            group=group,
            notification=cell.notification,
            backend=cell.backend,
            notify=draw.random() < HALF,
        )
        for group in rows.groups
        for cell in draw.sample(settable, min(each, len(settable)))
    ]
    return len(GroupPrefs.objects.bulk_create(prefs, batch_size=1000))


def _numbered(model: Any, name: str, count: int) -> list[Any]:
    newest = model.objects.using(for_write()).order_by("-pk").first()
    first = newest.pk + 1 if newest else 1
    return [model(name=f"{name}-{number}") for number in range(first, first + count)]


def _require(notification_rows: Sequence[Any], permissions: Sequence[Any], draw: Random) -> None:
    through: Any = Notification.permissions.through
    through.objects.bulk_create(
        through(notification=row, permission=permission)
        for row in notification_rows
        if draw.random() < PERMITTED
        for permission in draw.sample(permissions, draw.choice((1, 1, 2)))
    )


def _groups(count: int, permissions: Sequence[Any], draw: Random) -> list[Any]:
    groups = Group.objects.bulk_create(_numbered(Group, "group", count))
    through: Any = Group.permissions.through
    through.objects.bulk_create(
        through(group=group, permission=permission)
        for group in groups
        for permission in permissions
        if draw.random() < HALF
    )
    return groups
