"""Connections that are kept for the next request."""

from typing import Any

import pytest
from django.db import connection as default
from django.test.utils import CaptureQueriesContext

connection: Any = default

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="it is about PostgreSQL"),
]


@pytest.fixture
def kept() -> int:
    """The process of a connection that served a request, when the next one comes."""
    connection.ensure_connection()
    connection.health_check_enabled = True
    connection.health_check_done = False
    return process()


def process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    return int(pid)


def test_one_that_is_there_is_used_again_without_a_statement(kept: int) -> None:
    connection.health_check_done = False
    with CaptureQueriesContext(connection) as queries:
        assert process() == kept
    assert len(queries) == 1
    assert connection.is_usable()


def test_one_that_the_server_has_closed_is_replaced(kept: int) -> None:
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [kept])
    other.close()
    connection.health_check_done = False
    assert process() != kept


def test_one_that_was_closed_here_is_not_used(kept: int) -> None:
    connection.connection.close()
    assert not connection.is_usable()
    connection.connection = None
    assert not connection.is_usable()
