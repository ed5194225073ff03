"""GraphQL view of the service, with GraphiQL."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator

from project import csp
from project.graphiql import bundle
from schema.views import GraphQLView as SchemaView

BUNDLE = "project/graphiql/graphiql.js"


class GraphQLView(SchemaView):
    """Adds GraphiQL, built from project/graphiql and served with the other static files."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"graphql_ide": "graphiql" if settings.GRAPHIQL else None, **kwargs})

    @method_decorator(csp.override(csp.GRAPHIQL))
    def render_graphql_ide(self, request: HttpRequest) -> HttpResponse:
        built = bool(finders.find(BUNDLE)) or staticfiles_storage.exists(BUNDLE)
        context = {"built": built, "build": bundle.State() if built else bundle.state()}
        return render(request, "graphql/graphiql.html", context)
