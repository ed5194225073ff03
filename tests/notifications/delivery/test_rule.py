"""On random populations, the deliveries equal the audience, with the right reasons."""

from typing import Any

import pytest
from django.test import TestCase
from hypothesis import example, given
from hypothesis import settings as running

from notifications.models import Backend, Notification, SentNotification
from notifications.shortcuts import EVERYBODY, send_notification
from tests.notifications.audience.test_rule import (
    Population,
    RandomGroup,
    RandomNotification,
    RandomUser,
    on_populations,
    populations,
    written,
)
from tests.notifications.delivery.fake_backends import Carrier, Record


def send(notification: Notification, users: Any, carrier: type) -> int:
    Backend.objects.update(klass=f"{carrier.__module__}.{carrier.__qualname__}")
    with TestCase.captureOnCommitCallbacks(execute=True):
        return send_notification(notification.name, users).send


def recorded(send: int) -> dict[tuple[Any, int], tuple[str, str, tuple[str, ...]]]:
    """Return state, source and groups of each recorded delivery, by user and backend."""
    return {
        (row.user_id, row.backend_id): (row.state, row.source, tuple(row.groups))
        for row in SentNotification.objects.filter(send=send)
    }


def messages() -> dict[tuple[Any, int], tuple[str, str, tuple[str, ...]]]:
    """Return the same for the backend's messages. The id of a delivery begins with its key."""
    delivered = {}
    for user, context in Carrier.carried:
        known = context["delivery"]
        row = SentNotification.objects.get(pk=known.id.partition("-")[0])
        delivered[user.pk, row.backend_id] = ("SENT", known.source.value, known.groups)
    assert len(delivered) == len(Carrier.carried)  # no user twice
    Carrier.carried.clear()
    return delivered


BY_GROUPS = Population(
    backends=[True],
    notifications=[RandomNotification(True, frozenset(), {0: (False, False)})],
    groups=[RandomGroup(frozenset(), {(0, 0): notify}) for notify in (True, False, True)],
    users=[RandomUser(True, False, frozenset({0, 1, 2}), frozenset(), {})],
)


@pytest.mark.django_db
@example(BY_GROUPS)
@given(populations())
@running(on_populations, max_examples=50)
def test_deliveries_equal_the_audience(settings: Any, population: Population) -> None:
    settings.NOTIFICATION_DELIVERY = {"BATCH": 2}
    with written(population) as rows:
        for n, notification in enumerate(rows.notifications):
            yes, no = {}, {}
            for b, backend in enumerate(rows.backends):
                for user, row in zip(population.users, rows.users, strict=True):
                    decision, key = population.decide(user, n, b), (row.pk, backend.pk)
                    if decision is not None and decision.effective:
                        groups = (
                            population.groups_with_yes(user, n, b)
                            if decision.source == "GROUP"
                            else ()
                        )
                        yes[key] = ("SENT", decision.source.value, groups)
                    elif decision is not None:
                        no[key] = ("WITHHELD", decision.source.value, ())
            everybody = send(notification, EVERYBODY, Carrier)
            assert messages() == recorded(everybody) == yes
            named = send(notification, rows.users, Carrier)
            assert messages() == yes
            assert recorded(named) == yes | no
            assert recorded(send(notification, EVERYBODY, Record)) == yes
