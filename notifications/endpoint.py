"""Where the settings page finds GraphQL: whoever serves it says so, for this app knows of none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`global_id` makes an id of the API from the name of a type and a primary key."""

    url_name: str
    global_id: Callable[[str, Any], str]

    @property
    def url(self) -> str | None:
        """None where the URLs do not include it."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return None


_known: list[Endpoint] = []


def connect(*, url_name: str, global_id: Callable[[str, Any], str]) -> None:
    """Tell the settings page which API to speak to; the last who says so is right."""
    _known.append(Endpoint(url_name, global_id))


def find() -> Endpoint | None:
    """Return the API that can be reached; None: the page does with its forms."""
    return next((endpoint for endpoint in reversed(_known) if endpoint.url), None)
