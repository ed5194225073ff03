"""Responses of GraphQL over HTTP: negotiation of the media type, status and JSON.

The media type is chosen from the Accept header as RFC 9110 section 12.5.1 defines.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from graphql import GraphQLError
from strawberry.http import GraphQLHTTPResponse, process_result
from strawberry.types import ExecutionResult

from schema.execution.sharing import CachedAnswer

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
"""With this type, the status tells if the operation was executed. With JSON, it is always 200."""

CHARSETS = {"utf-8", "utf8"}
_RANGE = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*"?)+')  # commas in quotes do not separate
_PARAMETER = re.compile(r';\s*(q|charset)\s*=\s*"?([\w.-]*)"?\s*(?=;|$)', re.ASCII | re.IGNORECASE)
_QUALITY = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")
_MATCHES = {
    type_: (type_, f"{type_.partition('/')[0]}/*", "*/*")  # the most specific first
    for type_ in (JSON, GRAPHQL_RESPONSE)
}

# Django writes dates, dataclasses and subclasses in its own way.
_PLAIN = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def body_of(request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
    """Return the body of a response. It has no `data` if the operation was not executed."""
    body = process_result(result)
    was_executed = result.data is not None or any(error.path for error in result.errors or ())
    if not was_executed and preferred_type(request) == GRAPHQL_RESPONSE:
        del body["data"]
    return body


def negotiate(request: HttpRequest, response: HttpResponse, *, was_executed: bool) -> HttpResponse:
    """Set the media type that the client prefers, and the status that it requires."""
    type_ = preferred_type(request)
    response["Content-Type"] = f"{type_}; charset=utf-8"
    if type_ == GRAPHQL_RESPONSE and not was_executed and response.status_code == 200:  # noqa: PLR2004 - OK
        response.status_code = 400
    patch_vary_headers(response, ["Accept"])
    return response


def refuse(
    request: HttpRequest,
    status: int,
    message: str,
    code: str = "BAD_USER_INPUT",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return a response with one GraphQL error. The status does not depend on the media type."""
    error = GraphQLError(message, extensions={"code": code})
    body = json.dumps({"errors": [error.formatted]})
    response = HttpResponse(body, status=status, headers=headers)
    return negotiate(request, response, was_executed=False)


def encode(data: object) -> bytes:
    """Return JSON. Raises TypeError for values that orjson rejects, such as lone surrogates."""
    return orjson.dumps(data, default=_other, option=_PLAIN)


def _other(value: Any) -> orjson.Fragment:
    if not isinstance(value, CachedAnswer):
        raise TypeError
    if not hasattr(value, "json"):
        value.json = orjson.Fragment(encode(dict(value)))
    return value.json


class Range(NamedTuple):
    """One entry of an Accept header."""

    type: str
    has_charset: bool
    quality: float
    position: int


def preferred_type(request: HttpRequest) -> str:
    """Return JSON or GRAPHQL_RESPONSE. JSON is the default, also if the client accepts neither."""
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
