"""System checks of what the API needs to withstand strangers."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name
from django.db import connections

from schema.settings import KNOWN, NAME, mistakes


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            mistake,
            hint=f"Give a dictionary of whole numbers from 1. Known keys: {', '.join(KNOWN)}.",
            id="schema.E001",
        )
        for mistake in mistakes(getattr(settings, NAME, {}))
    ]


def check_statement_timeout(*, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Ask the connection itself: the time limit may come from settings, the role or the server."""
    return [
        Warning(
            f"Database {alias!r} is PostgreSQL without a time limit on statements.",
            hint='Set OPTIONS["options"] = "-c statement_timeout=10s" for it, or alter its role.',
            id="schema.W001",
        )
        for alias in databases or ()
        if connections[alias].vendor == "postgresql" and _timeout(alias) == "0"
    ]


def _timeout(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])
