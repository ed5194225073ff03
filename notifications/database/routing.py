"""Aliases of the databases that hold the app's tables, as the project's routers name them.

What belongs to a write is read where it is written, because a replica may lag behind. Verbs that
write run in `writing`. In it, and in all that it calls, the querysets of the app's models read from
the alias that is written to; raw SQL and other models ask `for_read`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models, router, transaction

_chosen: ContextVar[str | None] = ContextVar("notifications_database", default=None)


def for_write() -> str:
    """Return the alias that the app's tables are written to."""
    return router.db_for_write(_model())


def for_read() -> str:
    """Return the alias to read the app's tables from; in `read_your_writes`, that of `for_write`.

    Call it once for each result: a router may name another replica the next time.
    """
    return _chosen.get() or router.db_for_read(_model())


class RoutedQuerySet(models.QuerySet[Any]):
    """Reads from the alias that `reading_from` has fixed, unless the queryset names one."""

    @property
    def db(self) -> str:
        state: Any = self
        fixed = state._db or state._for_write  # noqa: SLF001 - its own
        return super().db if fixed else _chosen.get() or super().db


@contextmanager
def reading_from(using: str) -> Iterator[str]:
    """Read from one alias inside of the block, whatever routers say. Yields it."""
    token = _chosen.set(using)
    try:
        yield using
    finally:
        _chosen.reset(token)


def read_your_writes() -> AbstractContextManager[str]:
    """Read from the database that is written to, inside of the block. Yields its alias."""
    return reading_from(for_write())


def one_database() -> AbstractContextManager[str]:
    """Read from one of the replicas inside of the block, so that several statements agree."""
    return reading_from(for_read())


@contextmanager
def writing() -> Iterator[str]:
    """Open a transaction where the app's tables are written, and read from there inside of it."""
    with read_your_writes() as using, transaction.atomic(using=using):
        yield using


@cache
def _model() -> Any:
    """Return the model for calls of routers; all tables of the app are in one database."""
    return apps.get_model("notifications", "UserPrefs")
