"""How far a send has come."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from notifications.database.routing import for_write
from notifications.errors import NoAddress
from notifications.models import Batch, Send, SentNotification, State

WIDTH = 30


@dataclass(frozen=True, slots=True)
class Progress:
    """`batches` are those there are by now, `done` of them; a whole audience is still being split.

    `states` counts deliveries by state, `again` those that failed and are to be tried again.
    `finished`: all users have been decided about. `failures` counts deliveries that failed for
    good, except those to users without an address.
    """

    batches: int
    done: int
    states: Mapping[str, int]
    again: int
    finished: bool
    failures: int = 0

    @property
    def settled(self) -> int:
        """How many deliveries nothing more is to be done about."""
        open_states = (State.PENDING.value, State.SENDING.value)
        return sum(count for state, count in self.states.items() if state not in open_states)

    @property
    def over(self) -> bool:
        """Whether everything was tried once."""
        return self.finished and self.settled + self.again == sum(self.states.values())

    @property
    def part(self) -> float:
        """From 0 to 1: of the batches decided, and of the deliveries settled or tried."""
        deliveries = sum(self.states.values())
        tried = (self.settled + self.again) / deliveries if deliveries else 1
        return self.done / self.batches * tried if self.batches else float(self.finished)

    def line(self) -> str:
        full = int(self.part * WIDTH)
        return (
            f"[{'#' * full}{'.' * (WIDTH - full)}] {self.part:4.0%}"
            f"  {self.states.get('SENT', 0):,} sent, {self.again:,} to be tried again,"
            f" {self.states.get('FAILED', 0):,} failed, {self.states.get('WITHHELD', 0):,} withheld"
        )


def progress(*, send: int) -> Progress:
    """Return how far the send with this key has come; three statements."""
    using = for_write()  # a caller follows what was just queued
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
        again=counts.get(State.PENDING, (0, 0))[1],
        finished=finished,
        failures=counts.get(State.FAILED, (0, 0))[1],
    )


def watch(*, send: int, every: float = 1) -> Iterator[Progress]:
    """Yield how far it has come, each time that has changed, until all of it was tried."""
    before = None
    while before is None or not before.over:
        if before is not None:
            time.sleep(every)
        now = progress(send=send)
        if now != before:
            yield now
        before = now
