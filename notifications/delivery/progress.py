"""Progress of a send, for `manage.py send --watch`."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from notifications.database.routing import for_write
from notifications.errors import NoAddress
from notifications.models import Batch, Send, SentNotification, State

WIDTH = 30
"""Characters of the bar."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of batches and deliveries of one send.

    `batches` grows while a whole audience is being split; `done` are decided. `states` counts
    deliveries by state, `retries` those that failed and will be retried. `finished`: all users are
    decided. `failures` counts deliveries that failed permanently, except those to users without an
    address.
    """

    batches: int
    done: int
    states: Mapping[str, int]
    retries: int
    finished: bool
    failures: int = 0

    @property
    def settled(self) -> int:
        """Number of deliveries that will not be attempted again."""
        open_states = (State.PENDING.value, State.SENDING.value)
        return sum(count for state, count in self.states.items() if state not in open_states)

    @property
    def over(self) -> bool:
        """True once each delivery was attempted."""
        return self.finished and self.settled + self.retries == sum(self.states.values())

    @property
    def part(self) -> float:
        """Completed part, from 0 to 1: decided batches times attempted deliveries."""
        deliveries = sum(self.states.values())
        attempted = (self.settled + self.retries) / deliveries if deliveries else 1
        return self.done / self.batches * attempted if self.batches else float(self.finished)

    def summary(self) -> str:
        """Return the bar and the numbers as one line."""
        full = int(self.part * WIDTH)
        return (
            f"[{'#' * full}{'.' * (WIDTH - full)}] {self.part:4.0%}"
            f"  {self.states.get('SENT', 0):,} sent, {self.retries:,} to be retried,"
            f" {self.states.get('FAILED', 0):,} failed, {self.states.get('WITHHELD', 0):,} withheld"
        )


def progress(*, send: int) -> Progress:
    """Return the progress of the send with this primary key; three statements."""
    using = for_write()  # the send may not have reached a replica
    finished = Send.objects.using(using).filter(pk=send, finished__isnull=False).exists()
    batches = (
        Batch.objects.using(using)
        .filter(send=send)
        .aggregate(all=Count("pk"), done=Count("pk", filter=Q(due__isnull=True)))
    )
    rows = SentNotification.objects.using(using).filter(send=send).order_by().values("state")
    counted = rows.annotate(
        count=Count("pk"),
        failed=Count("pk", filter=~Q(error="")),
        unaddressed=Count("pk", filter=Q(error=NoAddress.__name__)),
    )
    counts = {row["state"]: (row["count"], row["failed"] - row["unaddressed"]) for row in counted}
    return Progress(
        batches=batches["all"],
        done=batches["done"],
        states={state: count for state, (count, _) in counts.items()},
        retries=counts.get(State.PENDING, (0, 0))[1],
        finished=finished,
        failures=counts.get(State.FAILED, (0, 0))[1],
    )


def watch(*, send: int, every: float = 1) -> Iterator[Progress]:
    """Yield the progress each time it changes, until each delivery was attempted.

    `every` is the number of seconds between two queries.
    """
    before = None
    while before is None or not before.over:
        if before is not None:
            time.sleep(every)
        now = progress(send=send)
        if now != before:
            yield now
        before = now
