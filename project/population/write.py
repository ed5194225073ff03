"""A population written: by the database itself, as far as there is much of it."""

from collections.abc import Callable
from contextlib import nullcontext
from random import Random
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections

from notifications.database.routing import for_write, writing
from notifications.models import Notification
from project.population.crowd import Crowd
from project.population.indexes import built_at_once
from project.population.offers import have_opinions, offer
from project.population.size import Size

SLICE = 50_000
"""Users by one statement, so that there is progress to tell of."""
MANY = 100_000
"""Users from which on it pays to build indexes at once."""


def populated() -> bool:
    models: tuple[Any, ...] = (get_user_model(), Group, Notification)
    return any(model._default_manager.using(for_write()).exists() for model in models)


def populate(
    *, size: Size, password: str = "", progress: Callable[[int], object] = lambda _done: None
) -> dict[str, int]:
    """Write all or nothing; return how many of what. `progress` is told how many users there are.

    The same size and seed give the same data, but for times. With a `password` the first user can
    sign in. Raises UnsuitableUserModel.
    """
    with writing() as using, connections[using].cursor() as cursor:
        draw = Random(size.seed)  # noqa: S311 - data to measure, not secrets
        offers = offer(
            notifications=size.notifications,
            backends=size.backends,
            groups=size.groups,
            draw=draw,
        )
        written = {
            "notifications": len(offers.notifications),
            "backends": len(offers.backends),
            "cells": len(offers.cells),
            "groups": len(offers.groups),
            "group preferences": have_opinions(offers, size.preferences, draw),
        }
        crowd = Crowd(size=size, offers=offers, using=using)
        many = size.users >= MANY
        with built_at_once(cursor, crowd.tables) if many else nullcontext():
            for done, inserts in crowd.slices(SLICE):
                for what, insert, params in inserts:
                    cursor.execute(insert, params)
                    written[what] = written.get(what, 0) + cursor.rowcount
                progress(done)
        crowd.finish(cursor, password)
    _tidy(using)
    return written


def _tidy(using: str) -> None:
    """Let the planner know; PostgreSQL also which pages need no look at the rows."""
    connection = connections[using]
    with connection.cursor() as cursor:
        vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")
