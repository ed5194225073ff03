"""Probes of the process and of its dependencies, for the tools that start and stop it."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from notifications.database.routing import for_write
from notifications.delivery.status import sweep_age

logger = logging.getLogger(__name__)

OK = "ok"
FAILED = "failed"
READ_ONLY = "read-only"


class HealthMiddleware:
    """Middleware that answers probes, which need no host, HTTPS, cookie or token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/health/live":
            return _answer({})
        if request.path_info == "/health/ready":
            return _answer(self._checks())
        return self._get_response(request)

    def _checks(self) -> dict[str, str]:
        """Return the result of each check, in order. The first failure ends them."""
        checks: dict[str, Callable[[], None]] = {
            "database": _reach,
            "migrations": self._require_migrations,
        }
        if settings.READY_MAX_SWEEP_AGE:
            checks["sweep"] = _require_sweep
        for name, check in checks.items():
            try:
                check()
            except _ReadOnly:
                logger.warning("Not ready: nothing can be written to the database.")
                return {name: READ_ONLY}
            except (DatabaseError, ImproperlyConfigured, _NotReady):
                logger.warning("Not ready: the check %r failed.", name, exc_info=True)
                return {name: FAILED}
        return dict.fromkeys(checks, OK)

    def _require_migrations(self) -> None:
        """Raise _NotReady unless all migrations are applied. Once they are, nothing is read."""
        if not self._migrated:
            for connection in connections.all():
                executor = MigrationExecutor(connection)
                if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
                    raise _NotReady([str(migration) for migration, _ in plan])
            self._migrated = True


class _NotReady(Exception):
    pass


class _ReadOnly(Exception):
    pass


def _reach() -> None:
    """Raise _ReadOnly if the server of the app's tables is a standby or read-only."""
    for connection in connections.all():
        writes = connection.vendor == "postgresql" and connection.alias == for_write()
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only" if writes else "SELECT 1")
            if writes and cursor.fetchone() == ("on",):
                raise _ReadOnly


def _require_sweep() -> None:
    """Raise _NotReady if the last sweep is older than the setting allows, or there was none."""
    age = sweep_age()
    if age is None:
        raise _NotReady("There was no sweep yet.")
    if age > settings.READY_MAX_SWEEP_AGE:
        raise _NotReady(f"The last sweep was {age} seconds ago.")


def _answer(checks: dict[str, str]) -> HttpResponseBase:
    healthy = all(found == OK for found in checks.values())
    body = {"status": OK if healthy else FAILED, "checks": checks}
    status = 200 if healthy else 503
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
