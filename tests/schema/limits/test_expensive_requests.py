"""Time of the most expensive accepted requests: at most 20 times the ordinary matrix query.

The costs in `schema/limits/field_costs.py` are tested. Time is processor time, as a ratio to the
ordinary query in the same run, on PostgreSQL. Each request is repeated, so that caches are warm for
it and for the ordinary query.
"""

import json
from collections.abc import Callable
from functools import partial
from statistics import median
from time import process_time
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils.timezone import now

from notifications.catalogue import sync
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.models import (
    Backend,
    Notification,
    NotificationBackend,
    Send,
    SentNotification,
    UserPrefs,
)
from schema.ids import global_id
from tests.schema.conftest import Graphql, grant, id_of
from tests.schema.limits.expensive_requests import Repeated, requests
from tests.sent import analyze

MAX_RATIO = 20 * 1.1  # with a tenth for noise
BACKENDS = ("sms", "email", "inbox", "pager")
ORDINARY = """{ preferences {
  backends { name displayName }
  notifications {
    notification { name displayName category }
    cells { backend { name } effective source userValue groupValue defaultValue editable }
  }
} }"""
STAFF = (
    "notifications.view_userprefs",
    "notifications.change_userprefs",
    "notifications.view_groupprefs",
    "notifications.change_groupprefs",
    "notifications.view_sentnotification",
)


def post(graphql: Graphql, user: Any, document: str, variables: Any) -> Any:
    body = {"query": document, "variables": variables}
    return graphql.client(user).post("/graphql/", body, "application/json")


def seconds(graphql: Graphql, user: Any, document: str, variables: Any = None) -> float:
    start = process_time()
    post(graphql, user, document, variables)
    return process_time() - start


def refused(graphql: Graphql, user: Any, request: Repeated, times: int) -> bool:
    response = post(graphql, user, request.document(times), request.variables(times))
    codes = {
        error.get("extensions", {}).get("code")
        for error in json.loads(response.content).get("errors", [])
    }
    return "LIMIT_EXCEEDED" in codes


def highest_accepted(is_refused: Callable[[int], bool], ceiling: int = 1_000) -> int:
    """Return the greatest number that is accepted, by bisection."""
    low, high = 1, ceiling
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (low, middle - 1) if is_refused(middle) else (middle, high)
    return low


@pytest.fixture
def ids(graphql: Graphql, alice: Any, settings: Any) -> dict[str, Any]:
    """100 notifications by four backends, a thousand users, and an inbox of a thousand entries.

    As in the benchmark of the matrix query, the viewer has a preference for every fifth cell.
    """
    settings.NOTIFICATION_GRAPHQL = {"INTROSPECTION": True}
    notifications = (NotificationSpec(f"n{i}", backends=BACKENDS) for i in range(100))
    sync(Catalogue(tuple(map(BackendSpec, BACKENDS)), tuple(notifications)))
    grant(alice, *STAFF)
    cells = NotificationBackend.objects.order_by("pk").values_list("notification", "backend")
    UserPrefs.objects.bulk_create(
        UserPrefs(user=alice, notification_id=notification, backend_id=backend, notify=True)
        for notification, backend in cells[::5]
    )
    model = get_user_model()
    names = [f"user {i}" for i in range(1_000)]
    model._default_manager.bulk_create(model(**{model.USERNAME_FIELD: name}) for name in names)
    users = model._default_manager.filter(**{f"{model.USERNAME_FIELD}__in": names})
    inbox = Backend.objects.get(name="inbox")
    first = Notification.objects.get(name="n1")
    sends = Send.objects.bulk_create(
        Send(notification=first, key=f"key {i}", context={"message": f"Hello {i}."})
        for i in range(1_000)
    )
    created = now()
    entries = SentNotification.objects.bulk_create(
        SentNotification(
            send=send,
            notification=first,
            backend=inbox,
            user=alice,
            state="SENT",
            success=True,
            source="DEFAULT",
            created=created,
            updated=created,
        )
        for send in sends
    )
    analyze()  # earlier tests leave statistics of other tables behind
    return {
        "users": list(map(id_of, users)),
        "group": id_of(alice.groups.get()),
        "matrix": global_id("PreferenceMatrix", users[0].pk),
        "row": global_id("NotificationPreferences", users[0].pk, first.pk),
        "notification": id_of(first),
        "backends": [*BACKENDS, *BACKENDS, *BACKENDS],
        "entries": [global_id("InboxEntry", entry.pk) for entry in entries],
    }


def ratios(
    graphql: Graphql, user: Any, chosen: dict[str, tuple[str, Any]], rounds: int = 5
) -> dict[str, float]:
    took: dict[str, list[float]] = {name: [] for name in chosen}
    for name, (document, variables) in chosen.items():
        for _ in range(rounds):
            ordinary = median(seconds(graphql, user, ORDINARY) for _ in range(3))
            took[name].append(seconds(graphql, user, document, variables) / ordinary)
    return {name: median(found) for name, found in took.items()}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="costs are those of PostgreSQL")
def test_accepted_requests_take_limited_time(
    graphql: Graphql,
    alice: Any,
    ids: dict[str, Any],
    small_heap: None,
) -> None:
    chosen = {}
    for name, request in requests(ids).items():
        times = highest_accepted(partial(refused, graphql, alice, request))
        chosen[f"{name}, {times}"] = (request.document(times), request.variables(times))
    found = ratios(graphql, alice, chosen)
    for _ in range(2):  # other processes delay some runs
        suspects = {name: chosen[name] for name, ratio in found.items() if ratio > MAX_RATIO}
        found = ratios(graphql, alice, suspects)
    assert {name: ratio for name, ratio in found.items() if ratio > MAX_RATIO} == {}
