"""Choose the media type of a response from the Accept header, as RFC 9110 section 12.5.1 says."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from django.http import HttpRequest

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
"""With this type the status says whether the operation was run; with JSON, clients expect 200."""

CHARSETS = {"utf-8", "utf8"}
_RANGE = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*"?)+')  # a comma within quotes separates nothing
_PARAMETER = re.compile(r';\s*(q|charset)\s*=\s*"?([\w.-]*)"?\s*(?=;|$)', re.ASCII | re.IGNORECASE)
_QUALITY = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")
_MATCHES = {
    type_: (type_, f"{type_.partition('/')[0]}/*", "*/*")  # the most specific first
    for type_ in (JSON, RESPONSE)
}


class Range(NamedTuple):
    """One entry of an Accept header."""

    type: str
    has_charset: bool
    quality: float
    position: int


def preferred_type(request: HttpRequest) -> str:
    """Return JSON or RESPONSE. JSON is the default, also for clients that accept neither."""
    return _preferred(request.META.get("HTTP_ACCEPT", "*/*"))


@lru_cache(maxsize=64)
def _preferred(accept: str) -> str:
    ranges = list(_ranges(accept))
    choices = [(range_, type_) for type_ in _MATCHES if (range_ := _best(type_, ranges))]
    if not choices:
        return JSON
    # Equal qualities: the type that the header names first.
    return min(choices, key=lambda choice: (-choice[0].quality, choice[0].position))[1]


def _best(type_: str, ranges: list[Range]) -> Range | None:
    """Return the most specific range that matches the type. None: the type is not acceptable."""
    for name in _MATCHES[type_]:
        found = [range_ for range_ in ranges if range_.type == name]
        if found:
            best = max(found, key=lambda range_: (range_.has_charset, range_.quality))
            return best if best.quality else None
    return None


def _ranges(accept: str) -> Iterator[Range]:
    """Yield the ranges of responses in UTF-8. Parameters other than q and charset are ignored."""
    for position, text in enumerate(_RANGE.findall(accept)):
        type_ = text.partition(";")[0].strip().lower()
        parameters = {name.lower(): value.lower() for name, value in _PARAMETER.findall(text)}
        if parameters.get("charset", "utf-8") not in CHARSETS:
            continue
        given = _QUALITY.fullmatch(parameters.get("q", "1"))
        quality = float(given[0]) if given else 1.0
        yield Range(type_, "charset" in parameters, quality, position)
