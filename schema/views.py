from typing import Any

from cross_web import HTTPException
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import classonlymethod
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionResult

from schema.conf import limits
from schema.errors import LimitExceeded
from schema.http import requests
from schema.http.guard import Guard
from schema.http.responses import body_of, encode, negotiate
from schema.root import schema


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

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Guard:  # noqa: N805 - Django's name for it
        return Guard(super().as_view(**initkwargs))

    def dispatch(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        """Raise what `Guard` answers: the answers of Strawberry are not GraphQL."""
        return self.run(request)

    def is_request_allowed(self, request: Any) -> bool:
        if request.method not in {"GET", "POST"}:
            raise requests.Refused(405, "Operations are taken by POST.", Allow="GET, POST")
        return True

    def should_render_graphql_ide(self, request: Any) -> bool:
        return bool(self.graphql_ide) and super().should_render_graphql_ide(request)

    def parse_http_body(self, request: Any) -> GraphQLRequestData:  # noqa: ARG002 - an adaptor's
        body = b"" if self.request.method == "GET" else requests.read_body(self.request)
        return requests.read(self.request, body)

    def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Answer as the specification says where the document does not have the operation."""
        try:
            return super().execute_single(*args, **kwargs)
        except HTTPException as error:
            if not isinstance(error.__cause__, CannotGetOperationTypeError):
                raise
            name = error.__cause__.operation_name
            named = "" if name is None else f" named {name!r}"
            raise requests.Refused(200, f"The document has no operation{named}.") from error

    def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        return body_of(request, result)

    def encode_json(self, data: object) -> str | bytes:
        try:
            return encode(data)
        except TypeError:
            return super().encode_json(data)

    def get_sub_response(self, request: HttpRequest) -> Any:  # noqa: ARG002 - the hook's
        return HttpResponse()  # it is the answer, too: what is put on it need not be copied

    def create_response(self, response_data: Any, sub_response: HttpResponse) -> HttpResponseBase:
        content = self.encode_json(response_data)
        if len(content) > limits().max_answer_size:
            content = self.encode_json(_too_long(len(content)))
        sub_response.content = content
        return negotiate(self.request, sub_response, was_run="data" in response_data)


def _too_long(size: int) -> dict[str, Any]:
    most = limits().max_answer_size
    error = LimitExceeded(f"The answer has {size:,} bytes", most)
    error.message += " Select less. The mutations of the request, if any, have been executed."
    return {"data": None, "errors": [error.formatted]}
