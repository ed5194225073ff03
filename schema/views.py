from json import JSONDecodeError
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from strawberry.django.views import GraphQLView as StrawberryView

from schema.limits import LimitExceeded
from schema.root import schema
from schema.settings import limits


class GraphQLView(StrawberryView[Any, None]):
    """Serves the schema by POST alone: the page that Strawberry brings loads scripts from a CDN.

    A project with a page of its own passes `graphql_ide="graphiql"` and has the template
    `graphql/graphiql.html`.
    """

    takes_bearer_tokens = True

    allow_queries_via_get = False

    def __init__(self, **kwargs: Any) -> None:
        defaults = {"schema": schema, "allow_queries_via_get": False, "graphql_ide": None}
        super().__init__(**{**defaults, **kwargs})

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and not self.graphql_ide:
            return HttpResponseNotAllowed(
                ["POST"],
                "This address takes GraphQL operations by POST; it has no page to look at.\n",
                content_type="text/plain",
            )
        length = request.META.get("CONTENT_LENGTH") or ""
        try:
            _bounded(int(length) if length.isdecimal() else 0)
            return super().dispatch(request, *args, **kwargs)
        except LimitExceeded as error:
            return JsonResponse({"errors": [error.formatted]}, status=413)

    def decode_json(self, data: str | bytes) -> object:
        _bounded(len(data))  # a body sent in chunks does not say its length before
        try:
            return super().decode_json(data)
        except RecursionError:
            raise JSONDecodeError("Nested too deeply", "", 0) from None


def _bounded(size: int) -> None:
    """Raise LimitExceeded for a body of too many bytes, by Django's own limit or this app's."""
    most = min(limits().max_body_size, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or size)
    if size > most:
        raise LimitExceeded(f"The body of the request has {size:,} bytes", most)
