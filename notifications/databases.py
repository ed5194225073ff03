"""Aliases of the databases that hold the app's tables, as the project's routers name them.

Everything that belongs to a write is read where it is written: a replica may lag behind. Verbs that
write run in `writing`; queries in them, and in what they call, name the alias `for_read()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.apps import apps
from django.db import router, transaction

_chosen: ContextVar[str | None] = ContextVar("notifications_database", default=None)


def for_write() -> str:
    """Return the alias that the app's tables are written to."""
    return router.db_for_write(_model())


def for_read() -> str:
    """Return the alias to read the app's tables from, in `read_your_writes` that of `for_write`.

    One answer reads from one alias: a router may name another one each time.
    """
    return _chosen.get() or router.db_for_read(_model())


@contextmanager
def read_your_writes() -> Iterator[str]:
    """Read from the database that is written to, inside of the block; yields its alias."""
    using = for_write()
    token = _chosen.set(using)
    try:
        yield using
    finally:
        _chosen.reset(token)


@contextmanager
def writing() -> Iterator[str]:
    """Open a transaction where the app's tables are written, and read from there inside of it."""
    with read_your_writes() as using, transaction.atomic(using=using):
        yield using


@cache
def _model() -> Any:
    """The model that routers are asked about; all tables of the app are in one database."""
    return apps.get_model("notifications", "UserPrefs")
