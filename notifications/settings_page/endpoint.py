"""Registry of GraphQL APIs that the settings page can call. The app of an API connects it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.urls import (
    NoReverseMatch,
    Resolver404,
    URLPattern,
    URLResolver,
    get_resolver,
    get_script_prefix,
    get_urlconf,
    resolve,
    reverse,
)

Serves = Callable[[Any], bool]


def _no_id(_kind: str) -> None:
    """Return no ID, for an API without trusted documents: the page sends the document."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """GraphQL API. `serves` is a predicate of its view, `url_name` the name of its URL.

    `global_id` returns an ID of the API from the name of a type and a primary key. `document_id`
    returns the ID of a trusted document from its key in `documents`, or None to send the document.
    """

    url_name: str
    global_id: Callable[[str, Any], str]
    document_id: Callable[[str], str | None] = _no_id
    serves: Serves | None = None

    @property
    def url(self) -> str | None:
        """Path of the API, or None if the URL configuration does not include it."""
        if self.serves is not None:
            return _url_of(self.serves)
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return None


_connected: list[Endpoint] = []


def connect(
    *,
    global_id: Callable[[str, Any], str],
    url_name: str = "",
    document_id: Callable[[str], str | None] = _no_id,
    serves: Serves | None = None,
) -> None:
    """Connect the settings page to an API, which is found by `serves` or by `url_name`.

    `global_id` returns an ID of the API from the name of a type, `User` or `Group`, and a primary
    key. Of several APIs, the last one that is in the URLs is used.
    """
    _connected.append(Endpoint(url_name, global_id, document_id, serves))


@cache
def documents() -> dict[str, str]:
    """Return the documents of the JavaScript module, by kind: `user` and `group`."""
    static = Path(__file__).parents[1] / "static" / "notifications"
    return {path.stem: path.read_text(encoding="utf-8") for path in static.glob("*.graphql")}


def find() -> Endpoint | None:
    """Return the API that the page calls. Without one, the page is only a form."""
    return next((endpoint for endpoint in reversed(_connected) if endpoint.url), None)


def views(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the qualified name, or an empty text, and the view of each URL pattern."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from views(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join([*spaces, pattern.name]) if pattern.name else "", pattern.callback


def _url_of(serves: Serves) -> str | None:
    """Return the first path that resolves to such a view. URL names may be ambiguous."""
    for target in _targets(get_resolver(get_urlconf()), serves):
        try:
            url = reverse(target)
            view = resolve(f"/{url.removeprefix(get_script_prefix())}").func
        except (NoReverseMatch, Resolver404):
            continue
        if serves(view):
            return url
    return None


@lru_cache(maxsize=8)
def _targets(resolver: URLResolver, serves: Serves) -> tuple[Any, ...]:
    """Return arguments of `reverse`: names in namespaces, else views, which are unambiguous."""
    found = [(name, view) for name, view in views(resolver) if serves(view)]
    return tuple(name if ":" in name else view for name, view in found)
