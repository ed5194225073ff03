"""Fixtures: a notification, calls that send it, and sweeps."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from notifications.delivery import Queued
from notifications.delivery.maintenance import SweepResult, sweep
from notifications.models import Batch, Notification, SentNotification
from notifications.shortcuts import send_notification
from tests.notifications.conftest import OFF, ON, make_notification
from tests.notifications.delivery.fake_backends import Carrier, Record, use

Call = Callable[..., Queued]


@pytest.fixture(autouse=True)
def nothing_carried() -> Iterator[None]:
    yield
    Carrier.carried.clear()
    Carrier.tried.clear()
    Carrier.opened.clear()
    Carrier.obstacle = None


@pytest.fixture
def declined(db: None) -> Notification:
    """A notification that carrier and record deliver by default, and sms if it is turned on."""
    notification = make_notification("card-declined", carrier=ON, record=ON, sms=OFF)
    use("carrier", Carrier)
    use("sms", Carrier)
    use("record", Record)
    return notification


@pytest.fixture
def send(django_capture_on_commit_callbacks: Any) -> Call:
    """Function that sends a notification and commits."""

    def call(*args: Any, **kwargs: Any) -> Queued:
        with django_capture_on_commit_callbacks(execute=True):
            return send_notification(*args, **kwargs)

    return call


@pytest.fixture
def later(django_capture_on_commit_callbacks: Any) -> Callable[[], SweepResult]:
    """Function that makes all pending work due, and sweeps."""

    def call() -> SweepResult:
        past = now() - timedelta(seconds=1)
        for model in (SentNotification, Batch):
            model._default_manager.filter(due__isnull=False).update(due=past)
        with django_capture_on_commit_callbacks(execute=True):
            return sweep()

    return call


def recorded(**fields: Any) -> dict[Any, tuple[str, str, bool | None]]:
    """Return state, source and success of each delivery, by the user's key."""
    rows = SentNotification.objects.filter(**fields)
    return {row.user_id: (row.state, row.source, row.success) for row in rows}
