"""Made-up data written in one transaction."""

from collections.abc import Callable
from contextlib import nullcontext
from random import Random
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections

from notifications.database.routing import for_write, writing
from notifications.models import Notification
from project.population.catalogue import Size, write_catalogue, write_group_preferences
from project.population.indexes import rebuilt_indexes
from project.population.users import UserRows

SLICE = 50_000
"""Users of one statement; progress is reported after each."""
MANY = 100_000
"""Number of users from which rebuilding the indexes is faster."""


def populated() -> bool:
    """Return True if there are users, groups or notifications."""
    models: tuple[Any, ...] = (get_user_model(), Group, Notification)
    return any(model._default_manager.using(for_write()).exists() for model in models)


def populate(
    *, size: Size, password: str = "", progress: Callable[[int], object] = lambda _written: None
) -> dict[str, int]:
    """Write all rows or none. Return the number of rows by their kind.

    `progress` is called with the number of users that are written. The same size and seed give the
    same data, apart from times. With a `password`, the first user can sign in. Raises
    UnsuitableUserModel.
    """
    with writing() as using, connections[using].cursor() as cursor:
        draw = Random(size.seed)  # noqa: S311 - data to measure, not secrets
        catalogue = write_catalogue(
            notifications=size.notifications,
            backends=size.backends,
            groups=size.groups,
            draw=draw,
        )
        written = {
            "notifications": len(catalogue.notifications),
            "backends": len(catalogue.backends),
            "cells": len(catalogue.cells),
            "groups": len(catalogue.groups),
            "group preferences": write_group_preferences(catalogue, size.preferences, draw),
        }
        users = UserRows(size=size, catalogue=catalogue, using=using)
        many = size.users >= MANY
        with rebuilt_indexes(cursor, users.tables) if many else nullcontext():
            for done, inserts in users.slices(SLICE):
                for kind, insert, params in inserts:
                    cursor.execute(insert, params)
                    written[kind] = written.get(kind, 0) + cursor.rowcount
                progress(done)
        users.finish(cursor, password)
    _analyze(using)
    return written


def _analyze(using: str) -> None:
    """Update the statistics of the planner, and the visibility map of PostgreSQL."""
    connection = connections[using]
    with connection.cursor() as cursor:
        vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")
