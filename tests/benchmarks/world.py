"""Seeded data: a catalogue, and a user with preferences in several groups."""

from itertools import product
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from notifications.catalogue import sync
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.permissions import dotted
from tests.conftest import make_user

GROUPS = 5
WITHHELD = 5
"""Notifications besides, for lack of a permission."""


def created_user(notifications: int, backends: int, *, required: bool = True) -> Any:
    """Replace all data, and return a user whose matrix has so many rows and columns."""
    for model in (UserPrefs, GroupPrefs, Notification, Backend, Group, get_user_model()):
        model._default_manager.all().delete()
    permissions = list(Permission.objects.select_related("content_type").order_by("pk")[:12])
    *held, lacked = permissions
    channels = tuple(f"backend{n}" for n in range(backends))
    rows = [
        NotificationSpec(
            f"notification-{n:03}",
            f"Notification {n}",
            "What it tells, in a sentence as people write it.",
            f"Category {n // 10}",
            permissions=(dotted(held[n % len(held)]),) if n % 3 == 0 else (),
            backends=channels,
            required=channels[:1] if required and n % 20 == 0 else (),
            default=channels[n % 2 :: 2],
        )
        for n in range(notifications)
    ]
    hidden = [
        NotificationSpec(f"withheld-{n}", permissions=(dotted(lacked),), backends=channels)
        for n in range(WITHHELD)
    ]
    sync(Catalogue(tuple(map(BackendSpec, channels)), (*rows, *hidden)))
    user = make_user("alice")
    groups = [Group.objects.create(name=f"group{n}") for n in range(GROUPS)]
    user.groups.add(*groups)
    user.user_permissions.add(*held[::2])
    for group in groups:
        group.permissions.add(*held[1::2])
    _write_preferences(user, groups)
    return user


def _write_preferences(user: Any, groups: list[Group]) -> None:
    """A fifth of the cells for the user, a tenth for each group; and others have theirs, too."""
    others = [make_user(f"other{n}") for n in range(20)]
    cells = list(
        product(
            Notification.objects.filter(name__startswith="notification").order_by("pk"),
            Backend.objects.order_by("pk"),
        )
    )
    kinds: list[tuple[Any, list[Any], int]] = [
        (UserPrefs, [user, *others], 5),
        (GroupPrefs, groups, 10),
    ]
    for model, subjects, every in kinds:
        model.objects.bulk_create(
            model(
                notification=notification,
                backend=backend,
                notify=(number + place) % 2 == 0,
                **{model.subject: subject},
            )
            for place, subject in enumerate(subjects)
            for number, (notification, backend) in enumerate(cells)
            if number % every == place % every
        )
