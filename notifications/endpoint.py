"""Where the settings page finds GraphQL: whoever serves it says so, for this app knows of none."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import NoReverseMatch, reverse


def _sent(_kind: str) -> None:
    """Answer for an API that knows no documents by id."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`global_id` makes an id of the API from the name of a type and a primary key.

    `document_id` is given a key of `documents`, and says by which id an API that takes nothing else
    knows that one; None: the document may be sent.
    """

    url_name: str
    global_id: Callable[[str, Any], str]
    document_id: Callable[[str], str | None] = _sent

    @property
    def url(self) -> str | None:
        """None where the URLs do not include it."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return None


_known: list[Endpoint] = []


def connect(
    *,
    url_name: str,
    global_id: Callable[[str, Any], str],
    document_id: Callable[[str], str | None] = _sent,
) -> None:
    """Tell the settings page which API to speak to; the last who says so is right."""
    _known.append(Endpoint(url_name, global_id, document_id))


@cache
def documents() -> dict[str, str]:
    """Return what the page asks of an API, by the kind of the page."""
    static = Path(__file__).parent / "static" / "notifications"
    return {path.stem: path.read_text(encoding="utf-8") for path in static.glob("*.graphql")}


def find() -> Endpoint | None:
    """Return the API that can be reached; None: the page does with its forms."""
    return next((endpoint for endpoint in reversed(_known) if endpoint.url), None)
