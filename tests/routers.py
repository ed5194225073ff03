"""Routers as projects write them: reads go to a replica, writes to the primary."""

from typing import Any

from django.test import testcases

REPLICA = "replica"
Forbidden: Any = vars(testcases)["DatabaseOperationForbidden"]
"""Error that Django raises in tests that connect to another database."""


class Replicated:
    def db_for_read(self, model: Any, **hints: Any) -> str:
        return REPLICA

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"


class OnlyReads:
    """Leaves writes to Django, which goes by the alias of an instance."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return REPLICA


ROUTERS = [f"tests.routers.{router.__name__}" for router in (Replicated, OnlyReads)]
