"""System checks of what the API needs to withstand strangers."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from graphql import GraphQLError, specified_rules

from schema.auth import rates, tokens
from schema.conf import KNOWN, NAME, exposure, mistakes
from schema.limits.parsing import parsed
from schema.limits.trusted_documents import fits, read
from schema.limits.validation import rules, validated

SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
BEARER = "schema.auth.bearer.BearerMiddleware"


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(mistake, hint=f"Known keys: {', '.join(KNOWN)}.", id="schema.E001")
        for mistake in mistakes(getattr(settings, NAME, {}))
    ]


def check_documents(**_kwargs: Any) -> list[CheckMessage]:
    """Look into the manifest as a request would, which would find mistakes too late."""
    if list(mistakes(getattr(settings, NAME, {}))):
        return []
    try:
        manifest = read(str(exposure().trusted_documents))
    except ImproperlyConfigured as error:
        hint = f"{NAME}['TRUSTED_DOCUMENTS'] is the path of what graphql-codegen writes."
        return [Error(str(error), hint=hint, id="schema.E005")]
    hint = "Have graphql-codegen write the manifest anew, from this schema and within the limits."
    return [
        Error(f"The trusted document {id_!r} {mistake}", hint=hint, id="schema.E006")
        for id_, text in manifest.items()
        for mistake in _mistakes_of(id_, text)
    ]


def _mistakes_of(id_: str, text: str) -> Iterator[str]:
    from schema.root import schema  # noqa: PLC0415 - only where there is a manifest

    if not fits(id_, text):
        yield "is not named by its SHA-256 or SHA-1."
    try:
        errors = validated(schema._schema, parsed(text), (*specified_rules, *rules()))  # noqa: SLF001
    except GraphQLError as error:
        errors = [error]
    yield from (f"cannot be run: {error.message}" for error in errors)


def check_access(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    given = getattr(settings, tokens.NAME, None)
    if given:
        known = f"Known keys: {', '.join(tokens.KNOWN)}."
        found += [Error(m, hint=known, id="schema.E002") for m in tokens.mistakes(given)]
        if not _in_order(settings.MIDDLEWARE, BEARER, SESSIONS):
            hint = f"Put {BEARER!r} before {SESSIONS!r}."
            said = f"{tokens.NAME} is set, and cookies are read before tokens, or tokens never."
            found.append(Error(said, hint=hint, id="schema.E003"))
    given = getattr(settings, rates.NAME, None)
    if given is not None:
        known = f"Known keys: {', '.join(rates.KNOWN)}."
        found += [Error(m, hint=known, id="schema.E004") for m in rates.mistakes(given)]
    return found


def check_proxies(**_kwargs: Any) -> list[CheckMessage]:
    """Find settings for a proxy beside rates that count all its clients as one address."""
    given = getattr(settings, rates.NAME, None)
    names = [n for n in ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST") if _set(n)]
    if not isinstance(given, dict) or given.get("TRUSTED_PROXIES") or not names:
        return []
    return [
        Warning(
            f"{names[0]} is set, so there is a proxy, and {rates.NAME}['TRUSTED_PROXIES'] is 0: all"
            " people share the budget of the proxy's address.",
            hint="Set TRUSTED_PROXIES to the number of proxies that add to X-Forwarded-For.",
            id="schema.W004",
        )
    ]


def _set(name: str) -> bool:
    return bool(getattr(settings, name, None))


def _in_order(middleware: list[str], first: str, second: str) -> bool:
    return first in middleware and (
        second not in middleware or middleware.index(first) < middleware.index(second)
    )


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
