import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connections

from notifications import preferences
from notifications.models import Notification
from notifications.preferences.validation import Preference
from tests.notifications.conftest import make_notification
from tests.replica.copies import Copied, Streamed
from tests.routers import REPLICA
from tests.schema.conftest import Graphql

WRITES = re.compile(
    r"\s*(WITH .*)?\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP)\b", re.DOTALL
)

__all__ = ["graphql"]


@pytest.fixture(scope="session")
def copy(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """The replica, as an alias of Django's for the whole session."""
    path = tmp_path_factory.mktemp("replica") / "copy.sqlite3"
    host = os.environ.get("REPLICA_HOST")
    copy = Streamed(host) if host else Copied(path)
    own = connections["default"].settings_dict
    test = {**own["TEST"], "MIRROR": "default"}  # so that nobody flushes it
    connections.settings[REPLICA] = {**own, **copy.settings, "TEST": test}
    yield copy
    with django_db_blocker.unblock():
        connections[REPLICA].close()
        if host:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute("SELECT pg_wal_replay_resume()")
            connections[REPLICA].close()
    del connections.settings[REPLICA]
    del connections[REPLICA]


@pytest.fixture
def statements(copy: Any, db: None) -> Iterator[list[str]]:
    """Statements that the replica receives."""
    statements: list[str] = []

    def record(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if "_wal_" not in sql:  # by which the tests pause and resume the replica
            statements.append(sql)
        return execute(sql, *arguments)

    with connections[REPLICA].execute_wrapper(record):
        yield statements


@pytest.fixture
def graphql() -> Graphql:
    return Graphql()


@pytest.fixture
def world(copy: Any, db: None, alice: Any, reviewers: Group, settings: Any) -> Any:
    """Something of everything, on both sides; from then on the replica is behind."""
    settings.NOTIFICATION_BACKENDS = [
        "notifications.backends.InboxBackend",
        "notifications.backends.WebhookBackend",
    ]
    make_notification("card-declined", email="off", sms="off", inbox="on")
    _backends()
    preferences.update(user=alice, preferences=[Preference("card-declined", "sms", True)])
    return alice


def _backends() -> None:
    from notifications.models import Backend  # noqa: PLC0415

    Backend.objects.filter(name="inbox").update(klass="notifications.backends.InboxBackend")
    Backend.objects.create(name="webhook", klass="notifications.backends.WebhookBackend")


@pytest.fixture
def behind(world: Any, bob: Any, admin: Any, graphql: Graphql, copy: Any, settings: Any) -> Any:
    """Route reads to the replica, which has earlier writes and none of the later ones."""
    for user in (world, bob, admin):
        graphql.client(user)
    copy.catch_up(REPLICA)
    settings.DATABASE_ROUTERS = ["tests.routers.Replicated"]
    return copy


def card() -> Any:
    return Notification.objects.using("default").get(name="card-declined")
