"""State of the work of delivery: retries, rates, counters and sweeps."""

from django.db import models

from notifications.database.routing import RoutedQuerySet
from notifications.models.catalogue import Backend


class QueuedRetry(models.Model):
    """Retry job of a backend that a sweep has put into a queue that cannot list its jobs.

    The worker that begins the job deletes the row. Until `again`, no sweep repeats the job.
    """

    backend = models.OneToOneField(Backend, models.CASCADE, primary_key=True)
    again = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)

    objects = RoutedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.backend_id}: {self.again}"


class Pace(models.Model):
    """Time from which a backend with a rate may be used again; see NOTIFICATION_DELIVERY."""

    backend = models.OneToOneField(Backend, models.CASCADE, primary_key=True)
    free = models.DateTimeField()

    objects = RoutedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.backend_id}: {self.free}"


class Tally(models.Model):
    """Part of a counter of one backend. The value of a counter is the sum of its rows.

    Workers insert rows instead of updating one, so that none waits for a lock; sweeps merge them.
    """

    backend = models.ForeignKey(Backend, models.CASCADE, db_index=False)
    counter = models.CharField(max_length=20)
    value = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.backend_id}, {self.counter}: {self.value}"


class Sweep(models.Model):
    """Time of the last sweep, by the clock of the database; one row."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.at)
