"""Clock of the database, which all machines share. Clocks of the machines may differ."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connections
from django.db.models.functions import Now
from django.utils import timezone

from notifications.database.routing import for_write

MAX_AGE = 60.0
"""Seconds for which `now` computes from one answer of the database."""

measured: dict[str, tuple[float, datetime]] = {}
"""By alias: a time on the monotonic clock, and the time of the database at that moment."""


def database_now(*, using: str) -> datetime:
    """Return the time of the database server; of this process if the database is a file (SQLite).

    One statement. The time is naive with `USE_TZ = False`, as the values of fields are.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT STATEMENT_TIMESTAMP()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def now() -> datetime:
    """Return the time of the database that is written to, mostly without a statement."""
    using = for_write()
    if connections[using].vendor != "postgresql":
        return timezone.now()
    known = measured.get(using)
    if known is None or time.monotonic() - known[0] > MAX_AGE:
        known = measured[using] = _measure(using, known)
    began, moment = known
    return moment + timedelta(seconds=time.monotonic() - began)


def _measure(using: str, known: tuple[float, datetime] | None) -> tuple[float, datetime]:
    """Read the time from the database. If it is gone, return the earlier measurement.

    The error is the duration of the statement, towards a later time: a row that is due is found.
    """
    began = time.monotonic()
    try:
        return began, database_now(using=using)
    except Error:
        if known is None:
            raise
        return known


def later(seconds: float) -> Any:
    """Return a time from now on for a row that is inserted; in PostgreSQL without a statement."""
    if connections[for_write()].vendor != "postgresql":
        return timezone.now() + timedelta(seconds=seconds)
    return Now() + timedelta(seconds=seconds)
