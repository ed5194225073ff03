"""The GraphQL API that the settings page calls: the app that serves it connects it here."""

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


def _sent(_kind: str) -> None:
    """Answer for an API that knows no documents by id."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An API, found in the URLs by `serves`, a test of a view, or by the name of its URL.

    `global_id` makes an id of the API from the name of a type and a primary key. `document_id`
    returns the id of a document, given its key in `documents`; None: the page sends the document.
    """

    url_name: str
    global_id: Callable[[str, Any], str]
    document_id: Callable[[str], str | None] = _sent
    serves: Serves | None = None

    @property
    def url(self) -> str | None:
        """The path of the API; None where the URLs do not include it."""
        if self.serves is not None:
            return _url_of(self.serves)
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return None


_known: list[Endpoint] = []


def connect(
    *,
    global_id: Callable[[str, Any], str],
    url_name: str = "",
    document_id: Callable[[str], str | None] = _sent,
    serves: Serves | None = None,
) -> None:
    """Connect the settings page to an API, by `serves` or `url_name`. The last one counts."""
    _known.append(Endpoint(url_name, global_id, document_id, serves))


@cache
def documents() -> dict[str, str]:
    """Return the documents that the page sends, by the kind of the page."""
    static = Path(__file__).parents[1] / "static" / "notifications"
    return {path.stem: path.read_text(encoding="utf-8") for path in static.glob("*.graphql")}


def find() -> Endpoint | None:
    """Return the API that can be reached; None: the page works with its forms alone."""
    return next((endpoint for endpoint in reversed(_known) if endpoint.url), None)


def views(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the name, after its namespaces, and the view of each URL; '' for no name."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from views(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join([*spaces, pattern.name]) if pattern.name else "", pattern.callback


def _url_of(serves: Serves) -> str | None:
    """Return the first path that leads to such a view, and to no other view of the same name."""
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
    """Return what to reverse: the view itself, which is unambiguous outside of namespaces."""
    found = [(name, view) for name, view in views(resolver) if serves(view)]
    return tuple(name if ":" in name else view for name, view in found)
