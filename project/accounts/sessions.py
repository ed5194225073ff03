"""Sessions of Django in the database, found by a prepared statement.

Every request reads its session. The ORM would compose the statement each time, which takes a tenth
of the request.
"""

from functools import cache
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import connections, router
from django.utils.timezone import now

BACKEND = "project.accounts.backends.UserBackend"
FORMER_BACKEND = "project.auth.UserBackend"
"""Path that older sessions hold: Django ends a session whose backend no setting lists."""


class SessionStore(db.SessionStore):
    """Session store that reads from the primary.

    A replica may lack a new session, whose key Django would drop, and may have one that has ended.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        """Refuse NUL, which a cookie can contain in quotes, and for which PostgreSQL raises."""
        return bool(super()._validate_session_key(key)) and "\0" not in str(key)  # type: ignore[misc]

    def load(self) -> dict[str, Any]:
        connection = connections[router.db_for_write(self.model)]
        moment = connection.ops.adapt_datetimefield_value(now())
        with connection.cursor() as cursor:
            cursor.execute(_statement(self.model), [self.session_key, moment])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
        data: dict[str, Any] = self.decode(row[0]) if row else {}
        if data.get(BACKEND_SESSION_KEY) == FORMER_BACKEND:
            data[BACKEND_SESSION_KEY] = BACKEND
        return data


@cache
def _statement(model: Any) -> str:
    names = [
        model._meta.get_field(name).column
        for name in ("session_data", "session_key", "expire_date")
    ]
    data, key, end = (f'"{name}"' for name in names)
    return f'SELECT {data} FROM "{model._meta.db_table}" WHERE {key} = %s AND {end} > %s'  # noqa: S608
