"""The settings page calls the API, even if another view is named `graphql`."""

from types import ModuleType
from typing import Any

import pytest
import strawberry
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path, set_script_prefix
from django.views import View
from django.views.decorators.cache import never_cache
from strawberry.django.views import GraphQLView as StrawberryView

from notifications.settings_page import endpoint
from schema import checks
from schema.root import schema
from schema.views import GraphQLView


@strawberry.type
class Query:
    @strawberry.field
    def tea(self) -> str:
        return "short and stout"


class Theirs(View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse()


class Subclass(GraphQLView):
    pass


TEA = strawberry.Schema(Query)
ours, theirs = GraphQLView.as_view(), Theirs.as_view()
strawberrys = StrawberryView.as_view(schema=TEA)
SPACED = include(([path("graphql/", ours, name="graphql")], "api"), namespace="v1")
BOTH = include(
    ([path("a/", theirs, name="graphql"), path("b/", ours, name="graphql")], "api"), namespace="v1"
)


def project(*patterns: Any) -> ModuleType:
    """Return URL patterns of a project with these and the settings page."""
    module = ModuleType("urls")
    vars(module)["urlpatterns"] = [
        *patterns,
        path("preferences/", include("notifications.urls")),
        path("login/", theirs, name="login"),
    ]
    return module


def found(settings: Any, *patterns: Any) -> tuple[str | None, list[str | None]]:
    """Return the path that the page calls, and the IDs of checks."""
    settings.ROOT_URLCONF = project(*patterns)
    api = endpoint.find()
    return api.url if api else None, [message.id for message in checks.check_urls()]


NAMED = path("graphql/", ours, name="graphql")
OTHER = path("their-graphql/", theirs, name="graphql")
TEAS = path("x/", GraphQLView.as_view(schema=TEA), name="graphql")


@pytest.mark.parametrize(
    ("patterns", "url", "ids"),
    [
        ([NAMED], "/graphql/", []),
        ([OTHER, NAMED], "/graphql/", ["schema.W002"]),
        ([NAMED, OTHER], "/graphql/", ["schema.W002"]),
        ([path("x/", strawberrys, name="graphql"), NAMED], "/graphql/", ["schema.W002"]),
        ([OTHER, path("np/", SPACED)], "/np/graphql/", []),
        ([path("np/", SPACED)], "/np/graphql/", []),
        ([path("np/", include([path("in/", SPACED)])), OTHER], "/np/in/graphql/", []),
        ([path("np/", ours), OTHER], "/np/", []),
        ([path("np/", ours, name="api")], "/np/", []),
        ([path("np/", include("schema.urls")), OTHER], "/np/graphql/", ["schema.W002"]),
        ([path("np/", never_cache(ours), name="api")], "/np/", []),
        ([path("np/", Subclass.as_view(), name="api")], "/np/", []),
        ([path("np/", GraphQLView.as_view(schema=schema), name="api")], "/np/", []),
        ([TEAS, NAMED], "/graphql/", ["schema.W002"]),
        # none that can be called
        ([], None, []),
        ([OTHER], None, ["schema.W002"]),
        ([TEAS], None, ["schema.W002"]),
        ([path("<str:tenant>/graphql/", ours, name="graphql")], None, ["schema.W003"]),
        ([path("graphql/", theirs), NAMED], None, ["schema.W003"]),
        ([path("np/", BOTH)], "/np/b/", []),
    ],
)
def test_the_settings_page_finds_the_api(
    settings: Any, patterns: list[Any], url: str | None, ids: list[str]
) -> None:
    assert found(settings, *patterns) == (url, ids)


def test_the_check_names_the_other_view(settings: Any) -> None:
    settings.ROOT_URLCONF = project(OTHER, NAMED)
    [message] = checks.check_urls()
    assert "'graphql' belongs to another view: tests.schema.test_url_checks.Theirs." in message.msg


def test_the_settings_page_has_the_url_of_the_api(
    settings: Any, catalogue: None, alice: Any, client: Client
) -> None:
    settings.ROOT_URLCONF = project(OTHER, path("np/", include("schema.urls")))
    client.force_login(alice)
    page = client.get("/preferences/").content.decode()
    assert '"url": "/np/graphql/"' in page
    assert "their-graphql" not in page


def test_the_url_begins_with_the_script_prefix(settings: Any) -> None:
    set_script_prefix("/app/")
    try:
        assert found(settings, NAMED)[0] == "/app/graphql/"
    finally:
        set_script_prefix("/")


def test_the_service_has_one_endpoint(settings: Any) -> None:
    assert checks.check_urls() == []
    api = endpoint.find()
    assert api is not None
    assert api.url == "/graphql/"
