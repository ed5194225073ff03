"""Bounds of the memory of a worker, for any documents and users."""

import gc
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from notifications import caches
from notifications.catalogue import sync
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.models import NotificationBackend, UserPrefs
from schema.execution import sharing
from schema.preferences import types
from tests.schema.conftest import Graphql

SIZE = 2_000_000
"""Bytes of the setting: small, so that a few hundred requests fill every cache."""


@pytest.fixture(autouse=True)
def small_caches(settings: Any) -> None:
    settings.NOTIFICATION_CACHE_SIZE = SIZE


def growth(requests: Callable[[int, int], None], warm: int, more: int) -> int:
    """Return the bytes that `more` requests add after `warm` ones: the least of three rounds.

    A leak adds to every round. Anything that Python allocates once is in one of them alone.
    """
    tracemalloc.start()
    try:
        requests(0, warm)
        held = [_held()]
        for start in range(warm, warm + 3 * more, more):
            requests(start, start + more)
            held.append(_held())
        return min(after - before for before, after in pairwise(held))
    finally:
        tracemalloc.stop()


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def document(number: int) -> str:
    return f"""{{ preferences {{ alias{number}: notifications {{
      notification {{ a{number}: name }} cells {{ b{number}: effective source }} }} }} }}"""


def test_distinct_documents_do_not_add_up(graphql: Graphql, alice: Any) -> None:
    def requests(start: int, stop: int) -> None:
        for number in range(start, stop):
            graphql.data(document(number), user=alice)

    assert growth(requests, 80, 100) < SIZE / 4
    assert sum(caches.sizes().values()) <= SIZE


def test_long_aliases_do_not_add_up(graphql: Graphql, alice: Any) -> None:
    def requests(start: int, stop: int) -> None:
        for number in range(start, stop):
            graphql.data(document(number).replace("alias", "a" * 190), user=alice)

    assert growth(requests, 80, 100) < SIZE / 4


def test_refused_documents_do_not_add_up(graphql: Graphql, alice: Any) -> None:
    def requests(start: int, stop: int) -> None:
        for number in range(start, stop):
            graphql(f'{{ nonsense{number}(text: "{"x" * 50_000}") }}', user=alice)

    assert growth(requests, 20, 40) < SIZE / 8


@pytest.fixture
def people(graphql: Graphql) -> list[Any]:
    """Users with different preferences, so that no rows are shared."""
    model = get_user_model()
    names = [f"user{number}" for number in range(400)]
    model._default_manager.bulk_create(model(**{model.USERNAME_FIELD: name}) for name in names)
    users = list(model._default_manager.filter(**{f"{model.USERNAME_FIELD}__in": names}))
    cells = NotificationBackend.objects.values_list("notification", "backend")
    UserPrefs.objects.bulk_create(
        UserPrefs(
            user=user,
            notification_id=notification,
            backend_id=backend,
            notify=bool(number >> place & 1),
        )
        for number, user in enumerate(users)
        for place, (notification, backend) in enumerate(cells)
    )
    return users


def test_distinct_users_do_not_add_up(graphql: Graphql, people: list[Any]) -> None:
    def requests(start: int, stop: int) -> None:
        for user in people[start:stop]:
            client = graphql.client(user)
            client.post("/graphql/", {"query": document(0)}, "application/json")
            graphql._clients.clear()  # noqa: SLF001 - clients keep responses

    assert growth(requests, 150, 80) < SIZE / 4
    assert sum(caches.sizes().values()) <= SIZE


def test_a_matrix_of_500_by_6_is_kept(graphql: Graphql, alice: Any, settings: Any) -> None:
    settings.NOTIFICATION_CACHE_SIZE = caches.DEFAULT
    backends = [f"backend{number}" for number in range(6)]
    notifications = (NotificationSpec(f"n{n}", backends=tuple(backends)) for n in range(500))
    sync(Catalogue(tuple(map(BackendSpec, backends)), tuple(notifications)))
    types._lists.clear()  # noqa: SLF001 - filled by a request
    sharing.answers.clear()
    graphql.data(document(0), user=alice)
    kept = len(types._lists), len(sharing.answers)  # noqa: SLF001
    assert kept[0] > 0
    graphql.data(document(0), user=alice)
    assert (len(types._lists), len(sharing.answers)) == kept  # noqa: SLF001
