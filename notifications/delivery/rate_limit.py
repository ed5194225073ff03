"""Rate limit of a backend, shared by all workers.

Each message has a time before which its delivery does not begin. These times are evenly spaced, and
reserved in the database. However many workers there are, no period has more than its number of
messages, except for one that a slow worker begins late.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from notifications.conf import delivery_settings
from notifications.database.clock import now
from notifications.database.routing import writing
from notifications.delivery import shutdown
from notifications.models import Backend, Pace

RESERVE = 1.0
"""Seconds for which a worker reserves times by one transaction."""
MAX_WAIT = 10.0
"""Seconds that a worker waits for its next time."""


class RateLimiter:
    """Rate limit of one backend. `meanwhile` is called while the worker waits."""

    def __init__(self, backend: Backend, *, meanwhile: Callable[[], None] | None = None) -> None:
        self._backend = backend
        self._meanwhile = meanwhile
        self._interval = timedelta(seconds=delivery_settings().intervals.get(backend.name, 0))
        self._times: deque[datetime] = deque()

    def wait(self, *, until: datetime) -> datetime | None:
        """Wait for the next message's time, or until a stop is requested, and return None.

        If the wait would exceed `until` or MAX_WAIT, return that time instead.
        """
        if not self._interval:
            return None
        if not self._times:
            free = self._reserve(min(until, now() + timedelta(seconds=MAX_WAIT)))
            if free is not None:
                return free
        seconds = (self._times.popleft() - now()).total_seconds()
        shutdown.sleep(seconds, meanwhile=self._meanwhile)
        return None

    def _reserve(self, until: datetime) -> datetime | None:
        with writing() as using:
            moment = now()
            rows = Pace.objects.using(using).select_for_update()
            pace: Pace = rows.get_or_create(backend_id=self._backend.pk, defaults={"free": moment})[
                0
            ]
            start = max(pace.free, moment)
            if start > until:
                return start
            self._times.extend(self._from(start))
            pace.free = start + len(self._times) * self._interval
            pace.save(using=using, update_fields=["free"])
        return None

    def _from(self, start: datetime) -> Iterator[datetime]:
        count = max(int(RESERVE / self._interval.total_seconds()), 1)
        return (start + index * self._interval for index in range(count))
