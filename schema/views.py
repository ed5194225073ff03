"""View of the API: GraphQL over HTTP, without the page of GraphiQL."""

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
    """Serves the schema. `takes_bearer_tokens` is for `BearerMiddleware`.

    There is no page, as Strawberry's own loads scripts from a CDN. For a page of the project, pass
    `graphql_ide="graphiql"` and provide the template `graphql/graphiql.html`.
    """

    takes_bearer_tokens = True

    def __init__(self, **kwargs: Any) -> None:
        # `requests.read` refuses GET requests for anything but introspection.
        defaults = {"schema": schema, "allow_queries_via_get": True, "graphql_ide": None}
        super().__init__(**{**defaults, **kwargs})

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Guard:  # noqa: N805 - Django's name for it
        return Guard(super().as_view(**initkwargs))

    def dispatch(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        """Raise errors for `Guard`, as the error responses of Strawberry are not GraphQL."""
        return self.run(request)

    def is_request_allowed(self, request: Any) -> bool:
        if request.method not in {"GET", "POST"}:
            raise requests.Refused(405, "Send operations by POST.", Allow="GET, POST")
        return True

    def should_render_graphql_ide(self, request: Any) -> bool:
        return bool(self.graphql_ide) and super().should_render_graphql_ide(request)

    def parse_http_body(self, request: Any) -> GraphQLRequestData:  # noqa: ARG002 - an adaptor's
        body = b"" if self.request.method == "GET" else requests.read_body(self.request)
        return requests.read(self.request, body)

    def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Refuse the name of an unknown operation as the specification requires."""
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
        return HttpResponse()  # becomes the response, so that headers need not be copied

    def create_response(self, response_data: Any, sub_response: HttpResponse) -> HttpResponseBase:
        content = self.encode_json(response_data)
        if len(content) > limits().max_answer_size:
            content = self.encode_json(_too_long(len(content)))
        sub_response.content = content
        return negotiate(self.request, sub_response, was_executed="data" in response_data)


def _too_long(size: int) -> dict[str, Any]:
    most = limits().max_answer_size
    error = LimitExceeded(f"The response has {size:,} bytes", most)
    error.message += " Select less. Mutations in the request, if any, have been executed."
    return {"data": None, "errors": [error.formatted]}
