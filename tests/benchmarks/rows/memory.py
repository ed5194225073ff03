"""Memory of a worker that meets ever new documents and ever new users."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model

from notifications import caches
from notifications.models import NotificationBackend, UserPrefs
from tests.benchmarks.browser import Browser, graphql
from tests.benchmarks.harness import SQLITE, Bench, Benchmark, Row, at_most, require
from tests.benchmarks.rows.matrix import QUERY
from tests.benchmarks.world import created_user

REQUESTS, USERS = 20_000, 20_000
DOCUMENTS = Row(
    "memory of a worker after 20,000 distinct documents", "after 2,000 of them", at_most(1.1)
)
PEOPLE = Row("memory of a worker after 20,000 distinct users", "after 2,000 of them", at_most(1.1))


def memory(bench: Bench) -> None:
    user = created_user(bench.size(100, tiny=3), 4)
    browser = Browser(user)

    def ask(number: int) -> None:
        document = QUERY.replace("effective", f"effective{number}: effective")
        require(b"errors" not in browser.post("/graphql/", graphql(document)), "It is refused.")

    _fill(bench, DOCUMENTS, ask, bench.size(REQUESTS, tiny=10))
    count = bench.size(USERS, tiny=10)
    keys = _people(count)

    def read(number: int) -> None:
        other = Browser(keys[number])
        other.post("/graphql/", graphql(QUERY))

    _fill(bench, PEOPLE, read, count)


def _fill(bench: Bench, row: Row, request: Callable[[int], None], count: int) -> None:
    tenth = count // 10
    for number in range(tenth):
        request(number)
    before = _resident()
    for number in range(tenth, count):
        request(number)
    after = _resident()
    estimated = sum(caches.sizes().values())
    require(estimated <= caches.limit(), "The caches are larger than the setting.")
    notes = {"before": before / 1e6, "after": after / 1e6, "caches": estimated / 1e6}
    bench.figure(row, after / before, **notes)


def _resident() -> int:
    """Return the bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _people(count: int) -> list[Any]:
    """Create users, no two of whom have the same preferences for the first 15 cells."""
    model = get_user_model()
    names = [f"user{number}" for number in range(count)]
    model._default_manager.bulk_create(
        (model(**{model.USERNAME_FIELD: name}) for name in names), batch_size=1_000
    )
    users = list(model._default_manager.filter(**{f"{model.USERNAME_FIELD}__startswith": "user"}))
    cells = list(NotificationBackend.objects.values_list("notification", "backend")[:15])
    UserPrefs.objects.bulk_create(
        (
            UserPrefs(
                user=user,
                notification_id=notification,
                backend_id=backend,
                notify=bool(number >> place & 1),
            )
            for number, user in enumerate(users)
            for place, (notification, backend) in enumerate(cells)
        ),
        batch_size=1_000,
    )
    return users[:count]


BENCHMARK = Benchmark("memory", (DOCUMENTS, PEOPLE), memory, (SQLITE,))
