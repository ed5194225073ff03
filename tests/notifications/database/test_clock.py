"""Clock of the database."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from notifications.database import clock


def test_times_come_from_the_database(db: None, monkeypatch: Any) -> None:
    if connection.vendor == "postgresql":
        right = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: right + timedelta(hours=1))
        clock.measured.clear()
    assert abs(clock.now() - right_time()) < timedelta(seconds=5)


def right_time() -> datetime:
    return datetime.fromtimestamp(time.time(), tz=timezone.get_default_timezone())


def test_the_time_of_the_database_is_cached(
    db: None, django_assert_max_num_queries: Any, monkeypatch: Any
) -> None:
    clock.measured.clear()
    with django_assert_max_num_queries(1):
        first = clock.now()
        assert timedelta() <= clock.now() - first < timedelta(seconds=1)
    monkeypatch.setattr(clock, "MAX_AGE", -1)
    with django_assert_max_num_queries(1):
        assert clock.now() - first > timedelta(seconds=-0.1)  # measured again
