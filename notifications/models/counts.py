"""Counters of deliveries, and the time of the last sweep; for operators."""

from django.db import models

from notifications.models.catalogue import Backend


class Tally(models.Model):
    """Part of a counter of one backend. The value of a counter is the sum of its rows.

    Each worker adds rows of its own, so that no worker waits for another one; sweeps merge them.
    """

    backend = models.ForeignKey(Backend, models.CASCADE, db_index=False)
    counter = models.CharField(max_length=20)
    value = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.backend_id}, {self.counter}: {self.value}"


class Sweep(models.Model):
    """The last sweep, by the clock of the database; one row."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.at)
