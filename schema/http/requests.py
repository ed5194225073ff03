"""GraphQL over HTTP, as its specification says: what a request must be, and how it is answered."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from cross_web import HTTPException
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, parse
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.types import ExecutionResult

from schema.conf import limits
from schema.http.negotiation import JSON, RESPONSE, preferred_type
from schema.limits.trusted_documents import requested

__all__ = ["JSON", "RESPONSE", "Refused", "body_of", "decode", "negotiate", "read", "refuse"]

TEXT, OBJECT = str | None, dict | None
GIVEN = {
    "query": TEXT,
    "documentId": TEXT,
    "operationName": TEXT,
    "variables": OBJECT,
    "extensions": OBJECT,
}


class Refused(HTTPException):
    """A request that runs no operation."""

    def __init__(self, status: int, reason: str, **headers: str) -> None:
        super().__init__(status, reason)
        self.headers = headers


def read(request: HttpRequest, body: bytes) -> GraphQLRequestData:
    """Return the parameters of the request. Raises Refused, NotTrusted."""
    given = _parameters(request) if request.method == "GET" else decode(body)
    if not isinstance(given, dict):
        raise Refused(400, "The body of the request is no JSON object.")
    for name, type_ in GIVEN.items():
        if not isinstance(given.get(name), type_):
            expected = "a string" if type_ is TEXT else "an object"
            raise Refused(400, f"{name!r} is not {expected}.")
    document = requested(given)
    if request.method == "GET" and not _asks_for_the_schema_alone(document or ""):
        raise Refused(405, "By GET only the schema can be asked for. Use POST.", Allow="POST")
    return GraphQLRequestData(
        query=document,
        operation_name=given.get("operationName") or None,
        variables=given.get("variables"),
        extensions=given.get("extensions"),
    )


def decode(text: str | bytes) -> Any:
    """Return the value of a JSON text. Raises Refused."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode())
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos:,}"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError:  # of Python's own limit for the conversion of digits, or from `_no`
        reason = "it has a number that is too long or not finite"
    raise Refused(400, f"The request cannot be read as JSON in UTF-8: {reason}.")


def body_of(request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
    """Return the body of the response: without `data`, the operation was not run."""
    body = process_result(result)
    was_run = result.data is not None or any(error.path for error in result.errors or ())
    if not was_run and preferred_type(request) == RESPONSE:
        del body["data"]
    return body


def negotiate(request: HttpRequest, response: HttpResponse, *, was_run: bool) -> HttpResponse:
    """Give a response the type that the client prefers, and the status that goes with it."""
    type_ = preferred_type(request)
    response["Content-Type"] = f"{type_}; charset=utf-8"
    if type_ == RESPONSE and not was_run and response.status_code == 200:  # noqa: PLR2004 - OK
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
    """Answer with one GraphQL error and this status, whatever the client accepts."""
    error = GraphQLError(message, extensions={"code": code})
    body = json.dumps({"errors": [error.formatted]})
    response = HttpResponse(body, status=status, headers=headers)
    return negotiate(request, response, was_run=False)


def _parameters(request: HttpRequest) -> dict[str, Any]:
    given: dict[str, Any] = {name: request.GET[name] for name in GIVEN if request.GET.get(name)}
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = decode(given[name])
    return given


def _asks_for_the_schema_alone(query: str) -> bool:
    """Whether a document may be run by GET: it concerns nobody's data and changes none.

    Load balancers ask for `{ __typename }`, and tools for `__schema`. What cannot be parsed is
    left to whoever reports that.
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


def _no(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_constant=_no)
