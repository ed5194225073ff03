"""The rate that a backend keeps, all workers together.

Each message has a time before which it is not begun; these are evenly spaced, and handed out in the
database. Whatever number of workers there are, no period has more than its number of them; only one
that was begun late, by a worker that was slow, comes on top.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from notifications.database.routing import writing
from notifications.delivery import shutdown
from notifications.delivery.clock import now
from notifications.delivery.settings import delivery
from notifications.models import Backend, Pace

CHUNK = 1.0
"""Seconds for which times are taken at once, so that the database is not asked for each."""
WAIT = 10.0
"""Seconds that a worker waits for its turn, at most."""


class Pacer:
    """Rate of a backend. `meanwhile` is called while a worker waits."""

    def __init__(self, backend: Backend, *, meanwhile: Callable[[], None] | None = None) -> None:
        self._backend = backend
        self._meanwhile = meanwhile
        self._interval = timedelta(seconds=delivery().rates.get(backend.name, 0))
        self._times: deque[datetime] = deque()

    def wait(self, *, until: datetime) -> datetime | None:
        """Wait for the next message's time, or until a stop is requested.

        If the wait would be too long, it returns the time to come back at.
        """
        if not self._interval:
            return None
        if not self._times:
            free = self._take(min(until, now() + timedelta(seconds=WAIT)))
            if free is not None:
                return free
        rest = (self._times.popleft() - now()).total_seconds()
        shutdown.sleep(rest, meanwhile=self._meanwhile)
        return None

    def _take(self, until: datetime) -> datetime | None:
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
        count = max(int(CHUNK / self._interval.total_seconds()), 1)
        return (start + index * self._interval for index in range(count))
