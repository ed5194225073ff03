"""System checks of what the API needs to withstand strangers."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.urls import get_resolver
from graphql import GraphQLError, parse, specified_rules, validate
from strawberry.schema import BaseSchema

from notifications.settings_page import endpoint
from schema.auth import rates, tokens
from schema.conf import KNOWN, NAME, exposure, mistakes
from schema.ids import global_id
from schema.limits.parsing import parse_document
from schema.limits.trusted_documents import is_hash_of, read_manifest
from schema.limits.validation import rules, validate_document

SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
URL_NAME = "graphql"
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
        manifest = read_manifest(str(exposure().trusted_documents))
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

    if not is_hash_of(id_, text):
        yield "is not named by its SHA-256 or SHA-1."
    try:
        document = parse_document(text)
        errors = validate_document(schema._schema, document, (*specified_rules, *rules()))  # noqa: SLF001
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


def serves(view: Any) -> bool:
    """Return whether a view is the one of this app, with a schema that knows the page's fields."""
    class_ = getattr(view, "view_class", None)
    if class_ is None:
        return False
    from schema.views import GraphQLView  # noqa: PLC0415 - views need the registry of models

    if not issubclass(class_, GraphQLView):
        return False
    schema = getattr(view, "view_initkwargs", {}).get("schema")
    return schema is None or _runs_documents(schema)


@lru_cache(maxsize=8)
def _runs_documents(schema: BaseSchema) -> bool:
    documents = [parse(text) for text in endpoint.documents().values()]
    return not any(validate(schema._schema, document) for document in documents)  # type: ignore[attr-defined]  # noqa: SLF001


def check_urls(**_kwargs: Any) -> list[CheckMessage]:
    """Find views that are called like this API, and an API that no request reaches."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    found = list(endpoint.views(get_resolver()))
    others = [_path(view) for name, view in found if name == URL_NAME and not serves(view)]
    ours = [name for name, view in found if serves(view)]
    messages: list[CheckMessage] = []
    if others and (URL_NAME in ours or not ours):
        text = f"The URL name {URL_NAME!r} belongs to another view: {', '.join(others)}."
        hint = f"Include schema.urls under a namespace, and reverse 'namespace:{URL_NAME}'."
        messages.append(Warning(text, hint=hint, id="schema.W002"))
    if ours and endpoint.Endpoint(URL_NAME, global_id, serves=serves).url is None:
        text = "The GraphQL API is in the URLs, but its path leads to another view."
        hint = "Give it a path of its own, without arguments, and a URL name of its own."
        messages.append(Warning(text, hint=hint, id="schema.W003"))
    return messages


def _path(view: Any) -> str:
    found = getattr(view, "view_class", view)
    return f"{found.__module__}.{getattr(found, '__qualname__', type(found).__qualname__)}"
