"""Sending to a population by a backend that drops messages: enqueue and decide."""

import tracemalloc
from typing import Any

from django.contrib.auth import get_user_model
from django.test import override_settings

from notifications import audience
from notifications.backends import BaseBackend
from notifications.delivery import EVERYBODY, jobs, send
from notifications.models import Backend, Batch, Notification, NotificationBackend, SentNotification
from project.population import Size, populate
from tests.benchmarks.harness import Bench, Benchmark, Row, at_least, at_most, require, timed

USERS = 1_000_000
FEW = 2_000
QUEUED = Row("queueing for an audience of 1,000,000 users, in ms")
RATE = Row("deciding and recording deliveries to them, rows a second", goal=at_least(10_000))
LOOP = Row(
    "sending to 2,000 of them",
    "a user at a time: decide, then record, as django-notifier does",
    at_least(20),
)
MEMORY = Row("peak memory of sending to 1,000,000 users, in MB", goal=at_most(5))


class Drop(BaseBackend):
    name = "drop"
    transactional = True


def ignore(_job: str, _key: int) -> None:
    """Jobs are done by hand, so that nothing else is timed."""


@override_settings(NOTIFICATION_DELIVERY={"QUEUE": f"{__name__}.ignore"})
def sending(bench: Bench) -> None:
    users = bench.size(USERS, tiny=60)
    populate(size=Size(users=users))
    notification, backend = _cell()
    bench.figure(QUEUED, timed(lambda: _queue(notification, EVERYBODY)) * 1000)
    tenth, _, few = _sending(notification, users // 10)
    seconds, rows, many = _sending(notification, users)
    wanted = audience.count(notification=notification, backend=backend)
    require(rows == wanted > 0, "Not everybody was sent it, or created_user was who should not be.")
    bench.figure(RATE, rows / seconds, seconds=seconds, rows=rows, seconds_of_a_tenth=tenth)
    bench.figure(MEMORY, many / 1e6, of_a_tenth=few / 1e6)
    _compare(bench, notification, backend)


def _sending(notification: Notification, number: int) -> tuple[float, int, int]:
    """Send to so many, the last of all: seconds, deliveries, and the most that Python held."""
    made = _queue(notification, EVERYBODY)
    keys = get_user_model()._default_manager.order_by("-pk").values_list("pk", flat=True)
    before = next(iter(keys[number : number + 1]), "")
    Batch.objects.filter(send=made).update(low=str(before))
    tracemalloc.start()
    try:
        seconds = timed(lambda: _deliver(made))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return seconds, SentNotification.objects.filter(send=made).count(), peak


def _compare(bench: Bench, notification: Notification, backend: Backend) -> None:
    everybody = get_user_model()._default_manager.order_by("pk")
    users = list(everybody[: bench.size(FEW, tiny=20)])

    def ours() -> set[Any]:
        made = _queue(notification, users)
        _deliver(made)
        rows = SentNotification.objects.filter(send=made, success=True)
        return set(rows.values_list("user", flat=True))

    def theirs() -> set[Any]:
        made = _queue(notification, [])
        return {user.pk for user in users if _sent(made, notification, backend, user)}

    bench.compare(LOOP, ours=ours, theirs=theirs, same=lambda a, b: a == b != set(), most=5)


def _sent(made: int, notification: Notification, backend: Backend, user: Any) -> bool:
    """Decide and record for one user, as a loop would."""
    if not notification.get_user_prefs(user).get(backend):
        return False
    SentNotification.objects.create(
        send_id=made,
        notification=notification,
        backend=backend,
        user=user,
        state="SENT",
        success=True,
    )
    return True


def _cell() -> tuple[Notification, Backend]:
    """The first ordinary cell that is on by default, alone: nearly everybody is its audience."""
    cell = NotificationBackend.objects.filter(
        required=False, default=True, notification__permissions__isnull=True
    ).order_by("pk")[0]
    cell.notification.cells.exclude(pk=cell.pk).delete()
    Backend.objects.filter(pk=cell.backend_id).update(klass=f"{__name__}.{Drop.__name__}")
    return cell.notification, cell.backend


def _queue(notification: Notification, users: Any) -> int:
    return send(notification=notification, users=users, context=None, key=None).send


def _deliver(made: int) -> None:
    waiting = Batch.objects.filter(send=made, due__isnull=False).order_by("-pk")
    while (key := waiting.values_list("pk", flat=True).first()) is not None:
        jobs.deliver(key)


BENCHMARK = Benchmark("delivery", (QUEUED, RATE, LOOP, MEMORY), sending)
