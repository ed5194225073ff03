"""The time of the database, which all workers share: clocks of their machines may differ."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connections
from django.db.models.functions import Now
from django.utils import timezone

from notifications.database.clock import database_now
from notifications.database.routing import for_write

AGE = 60.0
"""Seconds for which one answer of the database is used."""

measured: dict[str, tuple[float, datetime]] = {}
"""By alias: a time on the monotonic clock, and the time of the database at that moment."""


def now() -> datetime:
    """Return the database's time, mostly without a statement. SQLite has that of this machine."""
    using = for_write()
    if connections[using].vendor != "postgresql":
        return timezone.now()
    known = measured.get(using)
    if known is None or time.monotonic() - known[0] > AGE:
        known = measured[using] = _measure(using, known)
    began, moment = known
    return moment + timedelta(seconds=time.monotonic() - began)


def _measure(using: str, known: tuple[float, datetime] | None) -> tuple[float, datetime]:
    """Ask the database. If it is gone, an older answer is good enough.

    The error is the time of the statement, and to the later side: a row that is due is found.
    """
    began = time.monotonic()
    try:
        return began, database_now(using=using)
    except Error:
        if known is None:
            raise
        return known


def later(seconds: float) -> Any:
    """Return a time from now on for a row that is inserted; in PostgreSQL it takes no statement."""
    if connections[for_write()].vendor != "postgresql":
        return timezone.now() + timedelta(seconds=seconds)
    return Now() + timedelta(seconds=seconds)
