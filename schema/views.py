from typing import Any

from cross_web import HTTPException
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.types import ExecutionResult

from schema import http
from schema.encoding import encode
from schema.limits import LIMIT_EXCEEDED, LimitExceeded
from schema.root import schema
from schema.settings import limits


class GraphQLView(StrawberryView[Any, None]):
    """Serves the schema without a page: the one that Strawberry brings loads scripts from a CDN.

    A project with a page of its own passes `graphql_ide="graphiql"` and has the template
    `graphql/graphiql.html`.
    """

    takes_bearer_tokens = True

    def __init__(self, **kwargs: Any) -> None:
        # What may be asked for by GET, `http.read` says.
        defaults = {"schema": schema, "allow_queries_via_get": True, "graphql_ide": None}
        super().__init__(**{**defaults, **kwargs})

    def dispatch(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        try:
            _bounded(int(length) if length.isdecimal() else 0)
            return self.run(request)
        except LimitExceeded as error:
            return http.refuse(request, 413, error.message, LIMIT_EXCEEDED)
        except HTTPException as error:
            code = getattr(error, "code", "BAD_USER_INPUT")
            headers = getattr(error, "headers", None)
            return http.refuse(request, error.status_code, error.reason, code, headers)

    def is_request_allowed(self, request: Any) -> bool:
        if request.method not in {"GET", "POST"}:
            raise http.Refused(405, "Operations are taken by POST.", Allow="GET, POST")
        return True

    def should_render_graphql_ide(self, request: Any) -> bool:
        return bool(self.graphql_ide) and super().should_render_graphql_ide(request)

    def parse_http_body(self, request: Any) -> GraphQLRequestData:  # noqa: ARG002 - an adaptor's
        if self.request.method != "GET":
            _bounded(len(self.request.body))  # sent in chunks, it does not say its length before
        return http.read(self.request)

    def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        return http.body_of(request, result)

    def encode_json(self, data: object) -> str | bytes:
        try:
            return encode(data)
        except TypeError:
            return super().encode_json(data)

    def get_sub_response(self, request: HttpRequest) -> Any:  # noqa: ARG002 - the hook's
        return HttpResponse()  # it is the answer, too: what is put on it need not be copied

    def create_response(self, response_data: Any, sub_response: HttpResponse) -> HttpResponseBase:
        sub_response.content = self.encode_json(response_data)
        return http.negotiate(self.request, sub_response, was_run="data" in response_data)


def _bounded(size: int) -> None:
    """Raise LimitExceeded for a body of too many bytes, by Django's own limit or this app's."""
    most = min(limits().max_body_size, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or size)
    if size > most:
        raise LimitExceeded(f"The body of the request has {size:,} bytes", most)
