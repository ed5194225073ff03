"""Requests of GraphQL over HTTP: checks of headers, and parsing of parameters.

The rules are those of https://graphql.github.io/graphql-over-http/.
"""

import json
from typing import Any, NoReturn

from cross_web import HTTPException
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, parse
from strawberry.http import GraphQLRequestData

from schema.conf import limits
from schema.errors import LimitExceeded
from schema.http.responses import CHARSETS, JSON
from schema.limits.trusted_documents import requested_document

MAX_DIGITS = 19
"""Digits of a Content-Length: no body is longer, and their conversion is cheap."""
TEXT, OBJECT = str | None, dict | None
PARAMETERS = {
    "query": TEXT,
    "documentId": TEXT,
    "operationName": TEXT,
    "variables": OBJECT,
    "extensions": OBJECT,
}


class Refused(HTTPException):
    """Request that executes no operation."""

    def __init__(self, status: int, reason: str, **headers: str) -> None:
        super().__init__(status, reason)
        self.headers = headers


def check_body(request: HttpRequest) -> None:
    """Check type, encoding and length in the headers. Raises Refused, LimitExceeded."""
    is_post = request.method == "POST"
    check_charset(request, Accept=JSON)
    if is_post and request.content_type != JSON:
        raise Refused(415, f"The body of the request must be {JSON} in UTF-8.", Accept=JSON)
    if is_post:
        _check_size(content_length(request))


def check_charset(request: HttpRequest, **headers: str) -> None:
    """Raise Refused unless the charset is UTF-8, by which Django decodes the query string, too.

    `content_type` is None if the middleware of `project` could not parse the header.
    """
    if request.content_type is None and request.META.get("CONTENT_TYPE"):
        raise Refused(400, "The header Content-Type cannot be parsed.", **headers)
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() not in CHARSETS:
        raise Refused(
            415, f"The encoding of the request is {charset!r}. Allowed: UTF-8.", **headers
        )


def content_length(request: HttpRequest) -> int:
    """Return the bytes of the body by its header, 0 without one. Raises Refused.

    On WSGI, Django reads no further than Content-Length, so a body without it would be lost.
    """
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text:
        if isinstance(request, WSGIRequest) and request.META.get("HTTP_TRANSFER_ENCODING"):
            raise Refused(411, "The request has a body without the header Content-Length.")
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise Refused(400, "The header Content-Length is not a number of bytes.")
    return int(text)


def read_body(request: HttpRequest) -> bytes:
    """Return the body. Raises LimitExceeded: on ASGI, a body may have no Content-Length."""
    body = request.body
    _check_size(len(body))
    return body


def read(request: HttpRequest, body: bytes) -> GraphQLRequestData:
    """Return the parameters of the operation. Raises Refused, NotTrusted."""
    given = _parameters(request) if request.method == "GET" else decode(body)
    if not isinstance(given, dict):
        raise Refused(400, "The body of the request must be a JSON object.")
    for name, type_ in PARAMETERS.items():
        if not isinstance(given.get(name), type_):
            expected = "a string" if type_ is TEXT else "an object"
            raise Refused(400, f"{name!r} must be {expected}.")
    document = requested_document(given)
    if request.method == "GET" and not _queries_the_schema_only(document or ""):
        raise Refused(405, "GET requests can only query the schema. Use POST.", Allow="POST")
    return GraphQLRequestData(
        query=document,
        operation_name=given.get("operationName") or None,
        variables=given.get("variables"),
        extensions=given.get("extensions"),
    )


def decode(text: str | bytes) -> Any:
    """Return the value of a text in JSON. Raises Refused."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode())
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos:,}"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError:  # Python's limit of digits, or `_reject`
        reason = "it has a number that is too long or not finite"
    raise Refused(400, f"The request cannot be read as JSON in UTF-8: {reason}.")


def _parameters(request: HttpRequest) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: request.GET[name] for name in PARAMETERS if request.GET.get(name)
    }
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = decode(given[name])
    return given


def _queries_the_schema_only(query: str) -> bool:
    """Return True if a document may be executed by GET: it neither reads nor changes data.

    Load balancers query `{ __typename }`, and tools `__schema`. A syntax error is reported later.
    """
    try:
        document = parse(query, max_tokens=limits().max_tokens)
    except GraphQLError:
        return bool(query)
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return all(
        operation.operation is OperationType.QUERY
        and all(
            isinstance(node, FieldNode) and node.name.value.startswith("__")
            for node in operation.selection_set.selections
        )
        for operation in operations
    )


def _reject(constant: str) -> NoReturn:
    raise ValueError(constant)


def _check_size(size: int) -> None:
    """Raise LimitExceeded beyond the limit of the API or DATA_UPLOAD_MAX_MEMORY_SIZE."""
    most = min(limits().max_body_size, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or size)
    if size > most:
        raise LimitExceeded(f"The body of the request has {size:,} bytes", most)


_DECODER = json.JSONDecoder(parse_constant=_reject)
