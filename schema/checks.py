"""System checks of settings, trusted documents, middleware, URLs and the database."""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.urls import get_resolver
from django.utils.module_loading import import_string
from graphql import GraphQLError, parse, specified_rules, validate
from strawberry.schema import BaseSchema

from notifications.settings_page import endpoint
from schema.auth import rates, tokens
from schema.auth.bearer import BearerMiddleware
from schema.conf import KNOWN, NAME, exposure, mistakes
from schema.ids import global_id
from schema.limits.parsing import parse_document
from schema.limits.trusted_documents import is_hash_of, read_manifest
from schema.limits.validation import rules, validate_document

SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
URL_NAME = "graphql"
BEARER = f"{BearerMiddleware.__module__}.{BearerMiddleware.__qualname__}"


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(mistake, hint=f"Known keys: {', '.join(KNOWN)}.", id="schema.E001")
        for mistake in mistakes(getattr(settings, NAME, {}))
    ]


def check_documents(**_kwargs: Any) -> list[CheckMessage]:
    """Find mistakes in the manifest of trusted documents before a request does."""
    if list(mistakes(getattr(settings, NAME, {}))):
        return []
    try:
        manifest = read_manifest(str(exposure().trusted_documents))
    except ImproperlyConfigured as error:
        hint = f"{NAME}['TRUSTED_DOCUMENTS'] must be the path of a manifest by graphql-codegen."
        return [Error(str(error), hint=hint, id="schema.E005")]
    hint = "Run graphql-codegen again with the current schema, and keep to the limits."
    return [
        Error(f"The trusted document {id_!r} {mistake}", hint=hint, id="schema.E006")
        for id_, text in manifest.items()
        for mistake in _mistakes_of(id_, text)
    ]


def _mistakes_of(id_: str, text: str) -> Iterator[str]:
    from schema.root import schema  # noqa: PLC0415 - creates the schema, only for a manifest

    if not is_hash_of(id_, text):
        yield "does not have its SHA-256 or SHA-1 as its ID."
    try:
        document = parse_document(text)
        errors = validate_document(schema._schema, document, (*specified_rules, *rules()))  # noqa: SLF001
    except GraphQLError as error:
        errors = [error]
    yield from (f"cannot be executed: {error.message}" for error in errors)


def check_access(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    given = getattr(settings, tokens.NAME, None)
    if given:
        known = f"Known keys: {', '.join(tokens.KNOWN)}."
        found += [Error(m, hint=known, id="schema.E002") for m in tokens.mistakes(given)]
        if not _tokens_precede_sessions(settings.MIDDLEWARE):
            message = f"{tokens.NAME} is set, but its middleware is missing or after sessions."
            hint = f"Put {BEARER!r} before {SESSIONS!r}."
            found.append(Error(message, hint=hint, id="schema.E003"))
    given = getattr(settings, rates.NAME, None)
    if given is not None:
        known = f"Known keys: {', '.join(rates.KNOWN)}."
        found += [Error(m, hint=known, id="schema.E004") for m in rates.mistakes(given)]
    return found


def check_proxies(**_kwargs: Any) -> list[CheckMessage]:
    """Warn of rates that count all clients of a proxy as one address."""
    given = getattr(settings, rates.NAME, None)
    names = [n for n in ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST") if _set(n)]
    if not isinstance(given, dict) or given.get("TRUSTED_PROXIES") or not names:
        return []
    return [
        Warning(
            f"{names[0]} indicates a proxy, but {rates.NAME}['TRUSTED_PROXIES'] is"
            " 0: all clients share the budget of the proxy's address.",
            hint="Set TRUSTED_PROXIES to the number of proxies that append to X-Forwarded-For.",
            id="schema.W004",
        )
    ]


def _set(name: str) -> bool:
    return bool(getattr(settings, name, None))


def _tokens_precede_sessions(middleware: list[str]) -> bool:
    """Return True if BearerMiddleware, at any of its import paths, precedes SessionMiddleware."""
    before = middleware[: middleware.index(SESSIONS)] if SESSIONS in middleware else middleware
    return any(_is_bearer_middleware(path) for path in before)


def _is_bearer_middleware(path: str) -> bool:
    if not path.endswith(f".{BearerMiddleware.__name__}"):
        return False
    with suppress(ImportError):
        return import_string(path) is BearerMiddleware
    return False


def check_statement_timeout(*, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Warn of statements without a time limit, from settings, the role or the server."""
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
    """Return True if a view is `GraphQLView` with a schema that has the settings page's fields."""
    class_ = getattr(view, "view_class", None)
    if class_ is None:
        return False
    from schema.views import GraphQLView  # noqa: PLC0415 - creates the schema

    if not issubclass(class_, GraphQLView):
        return False
    schema = getattr(view, "view_initkwargs", {}).get("schema")
    return schema is None or _runs_documents(schema)


@lru_cache(maxsize=8)
def _runs_documents(schema: BaseSchema) -> bool:
    documents = [parse(text) for text in endpoint.documents().values()]
    return not any(validate(schema._schema, document) for document in documents)  # type: ignore[attr-defined]  # noqa: SLF001


def check_urls(**_kwargs: Any) -> list[CheckMessage]:
    """Warn of other views with the URL name of the API, and of an unreachable API."""
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
