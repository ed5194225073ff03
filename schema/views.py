from typing import Any

from strawberry.django.views import GraphQLView as StrawberryView

from schema.root import schema


class GraphQLView(StrawberryView[Any, None]):
    """Serves the schema by POST; a browser that asks for a page by GET gets GraphiQL."""

    allow_queries_via_get = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"schema": schema, "allow_queries_via_get": False, **kwargs})
