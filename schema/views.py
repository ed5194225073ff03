from typing import Any

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from strawberry.django.views import GraphQLView as StrawberryView

from schema.root import schema


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
        return super().dispatch(request, *args, **kwargs)
