"""What little there is of everything but users: rows made in Python, from a seeded draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.contrib.auth.models import Group, Permission

from notifications.database.routing import for_write
from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend

PRIVATE, PERMITTED, REQUIRED, CLOSED, HALF = 0.1, 0.2, 0.02, 0.05, 0.5
"""Shares: of notifications that are private, that need a permission; of cells that are required,
that are not offered; and of what may as well be as not."""


@dataclass(frozen=True, slots=True)
class Offers:
    notifications: Sequence[Any]
    backends: Sequence[Any]
    cells: Sequence[NotificationBackend]
    groups: Sequence[Any]
    permissions: Sequence[Any]

    @property
    def settable(self) -> list[NotificationBackend]:
        return [cell for cell in self.cells if not cell.required]


def offer(*, notifications: int, backends: int, groups: int, draw: Random) -> Offers:
    """Write notifications, backends, cells, and groups with permissions."""
    kinds: list[Any] = _numbered(Notification, "notification", notifications)
    for place, kind in enumerate(kinds):
        kind.category, kind.public = f"Category {place // 10}", draw.random() >= PRIVATE
    Notification.objects.bulk_create(kinds)
    ways: list[Any] = Backend.objects.bulk_create(_numbered(Backend, "backend", backends))
    permissions = list(Permission.objects.using(for_write()).order_by("pk")[:3])
    _require(kinds, permissions, draw)
    cells = [
        NotificationBackend(
            notification=kind,
            backend=way,
            required=draw.random() < REQUIRED,
            default=draw.random() < HALF,
        )
        for kind in kinds
        for way in ways
        if way is ways[0] or draw.random() >= CLOSED
    ]
    NotificationBackend.objects.bulk_create(cells, batch_size=1000)
    return Offers(kinds, ways, cells, _groups(groups, permissions, draw), permissions)


def have_opinions(offers: Offers, each: int, draw: Random) -> int:
    """Write so many preferences of each group, and return how many there are."""
    settable = offers.settable
    prefs = [
        GroupPrefs(
            group=group,
            notification=cell.notification,
            backend=cell.backend,
            notify=draw.random() < HALF,
        )
        for group in offers.groups
        for cell in draw.sample(settable, min(each, len(settable)))
    ]
    return len(GroupPrefs.objects.bulk_create(prefs, batch_size=1000))


def _numbered(model: Any, name: str, count: int) -> list[Any]:
    newest = model.objects.using(for_write()).order_by("-pk").first()
    first = newest.pk + 1 if newest else 1
    return [model(name=f"{name}-{number}") for number in range(first, first + count)]


def _require(kinds: Sequence[Any], permissions: Sequence[Any], draw: Random) -> None:
    through: Any = Notification.permissions.through
    through.objects.bulk_create(
        through(notification=kind, permission=permission)
        for kind in kinds
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
