"""Aliases of the databases of the app's tables, as the project's routers name them.

A replica may lag behind. Rows that a write depends on are read from the primary database: verbs
that write run in `writing`, within which the querysets of the app's models read from the alias that
is written to. Raw SQL and other models use `for_read`.
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

    Call it once for each result, since a router may name another replica each time.
    """
    return _chosen.get() or router.db_for_read(_model())


class RoutedQuerySet(models.QuerySet[Any]):
    """QuerySet that reads from the alias of `reading_from`, unless it names one itself."""

    @property
    def db(self) -> str:
        state: Any = self
        fixed = state._db or state._for_write  # noqa: SLF001 - its own
        return super().db if fixed else _chosen.get() or super().db


@contextmanager
def reading_from(using: str) -> Iterator[str]:
    """Read from this alias within the block, ignoring routers. Yields the alias."""
    token = _chosen.set(using)
    try:
        yield using
    finally:
        _chosen.reset(token)


def read_your_writes() -> AbstractContextManager[str]:
    """Read from the database that is written to, within the block. Yields its alias."""
    return reading_from(for_write())


def one_database() -> AbstractContextManager[str]:
    """Read from one replica within the block, so that statements read the same state."""
    return reading_from(for_read())


@contextmanager
def writing() -> Iterator[str]:
    """Open a transaction on the database that is written to, and read from it. Yields its alias."""
    with read_your_writes() as using, transaction.atomic(using=using):
        yield using


@cache
def _model() -> Any:
    """Return a model for calls of routers; all tables of the app are in one database."""
    return apps.get_model("notifications", "UserPrefs")
