"""Whatever queue there is, the jobs are in the database, too."""

from typing import Any

import pytest

from notifications.delivery.settings import delivery
from notifications.models import Batch, Notification
from tests.notifications.delivery.carriers import carried
from tests.notifications.delivery.conftest import Call

HERE = "tests.notifications.delivery"


@pytest.mark.parametrize("queue", ["immediate", "tasks", "notifications.delivery.jobs.run"])
def test_a_queue_has_jobs_done(
    declined: Notification, alice: Any, send: Call, settings: Any, queue: str
) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": queue}
    send("card-declined", alice)
    assert carried() == [alice]


def test_without_any_tasks_jobs_are_done_at_once(
    declined: Notification, alice: Any, send: Call, settings: Any
) -> None:
    assert delivery().queue == "notifications.delivery.queues.tasks.put"
    del settings.TASKS
    assert delivery().queue == "notifications.delivery.queues.immediate.put"
    send("card-declined", alice)
    assert carried() == [alice]


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_cannot_be_reached_is_logged_and_loses_nothing(
    declined: Notification, alice: Any, settings: Any, caplog: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": f"{HERE}.carriers.be_out_of_reach"}
    declined.send(alice)
    assert "ConnectionRefusedError" in caplog.text
    assert Batch.objects.filter(due__isnull=False).count() == 3
