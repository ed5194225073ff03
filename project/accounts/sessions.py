"""Sessions in the database, found by a statement of `notifications.database.prepared`."""

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import router
from django.utils.timezone import now

from notifications.database.prepared import get

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
        using = router.db_for_write(self.model)
        try:
            row = get(self.model, "session_key", self.session_key, using=using)
        except self.model.DoesNotExist:
            row = None
        if row is None or row.expire_date <= now():
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row.session_data)
        if data.get(BACKEND_SESSION_KEY) == FORMER_BACKEND:
            data[BACKEND_SESSION_KEY] = BACKEND
        return data
