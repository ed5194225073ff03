"""The URLs that serve this API, among all URLs of a project."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004 - Django's name
from django.urls import get_resolver
from graphql import parse, validate
from strawberry.schema import BaseSchema

from notifications.settings_page import endpoint
from schema.ids import global_id

NAME = "graphql"


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
    others = [_path(view) for name, view in found if name == NAME and not serves(view)]
    ours = [name for name, view in found if serves(view)]
    messages: list[CheckMessage] = []
    if others and (NAME in ours or not ours):
        text = f"The URL name {NAME!r} belongs to another view: {', '.join(others)}."
        hint = f"Include schema.urls under a namespace, and reverse 'namespace:{NAME}'."
        messages.append(Warning(text, hint=hint, id="schema.W002"))
    if ours and endpoint.Endpoint(NAME, global_id, serves=serves).url is None:
        text = "The GraphQL API is in the URLs, but its path leads to another view."
        hint = "Give it a path of its own, without arguments, and a URL name of its own."
        messages.append(Warning(text, hint=hint, id="schema.W003"))
    return messages


def _path(view: Any) -> str:
    found = getattr(view, "view_class", view)
    return f"{found.__module__}.{getattr(found, '__qualname__', type(found).__qualname__)}"
