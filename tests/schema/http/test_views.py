"""The view: methods, sessions, cross-site requests, operations of one context."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from schema.root import schema
from schema.views import GraphQLView
from tests.schema.conftest import Graphql, grant, id_of, preference, stored
from tests.schema.documents import UPDATE

NAME = "{ viewer { username } }"
WRITE = (
    "mutation { updatePreferences(input: {preferences: ["
    '{notification: "alarm", backend: "sms", notify: true}]}) { __typename } }'
)


def test_one_of_several_operations_must_be_named(graphql: Graphql, alice: Any) -> None:
    several = "query A { viewer { id } } mutation B { __typename }"
    client = graphql.client(alice)

    def post(**more: Any) -> Any:
        body = {"query": several, **more}
        return client.post(reverse("graphql"), body, "application/json").json()

    for unnamed in ({}, {"operationName": None}):
        [error] = post(**unnamed)["errors"]
        assert "Select one by operationName" in error["message"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert post(operationName="B")["data"] == {"__typename": "Mutation"}
    assert "viewer" in post(operationName="A")["data"]


@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("query", [NAME, WRITE])
def test_operations_require_post(
    graphql: Graphql, alice: Any, query: str, method: str, accept: str
) -> None:
    client = graphql.client(alice)
    response = getattr(client, method)(
        reverse("graphql"), {"query": query}, headers={"accept": accept}
    )
    assert b'"data"' not in response.content
    assert stored(alice) == {}


@pytest.mark.parametrize("query", [NAME, WRITE])
def test_the_view_refuses_get_requests(query: str) -> None:
    request = RequestFactory().get("/", {"query": query}, headers={"accept": "application/json"})
    response = GraphQLView.as_view()(request)
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_a_request_without_a_query_is_refused(graphql: Graphql) -> None:
    for body in ({}, {"query": ""}, {"query": None}, {"query": 5}):
        response = graphql.client().post(reverse("graphql"), body, "application/json")
        assert response.status_code == 400


def test_cross_site_mutations_are_refused(graphql: Graphql, alice: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    body = {"query": UPDATE, "variables": {"input": {"preferences": [preference("alarm", "sms")]}}}
    sent: dict[str, Any] = {
        "path": reverse("graphql"),
        "data": body,
        "content_type": "application/json",
    }
    assert client.post(**sent).status_code == 403
    assert stored(alice) == {}
    client.get(reverse("login"))
    token = client.cookies["csrftoken"].value
    response = client.post(**sent, headers={"x-csrftoken": token})
    assert response.status_code == 200
    assert stored(alice) == {("alarm", "sms"): True}


def test_a_session_ends_on_sign_out(graphql: Graphql, alice: Any) -> None:
    assert graphql.data(NAME, user=alice) == {"viewer": {"username": "alice"}}
    graphql.client(alice).logout()
    assert graphql.data(NAME, user=alice) == {"viewer": None}


def test_the_operation_is_chosen_by_name(graphql: Graphql, alice: Any) -> None:
    query = "query A { a: viewer { username } } query B { b: viewer { username } }"
    response = graphql.client(alice).post(
        reverse("graphql"), {"query": query, "operationName": "B"}, "application/json"
    )
    assert response.json()["data"] == {"b": {"username": "alice"}}


def context_of(user: Any) -> Any:
    request = HttpRequest()
    request.user = user
    return SimpleNamespace(request=request)


def test_operations_of_one_context_have_their_own_matrices(
    graphql: Graphql, alice: Any, bob: Any, admin: Any
) -> None:
    """A project's view may execute several operations of one request."""
    context = context_of(admin)
    query = "query ($user: ID) { preferences(user: $user) { user { username } } }"
    names = []
    for user in (alice, bob, None, alice):
        variables = {"user": user and id_of(user)}
        result = schema.execute_sync(query, variables, context_value=context)
        assert result.errors is None
        assert result.data
        names.append(result.data["preferences"]["user"]["username"])
    assert names == ["alice", "bob", "admin", "alice"]


def test_a_second_operation_of_a_context_reads_again(
    graphql: Graphql, alice: Any, admin: Any
) -> None:
    context = context_of(alice)
    query = "{ preferences { notifications { cells { userValue } } } }"
    answers = []
    for _ in range(2):
        result = schema.execute_sync(query, context_value=context)
        answers.append(result.data)
        schema.execute_sync(WRITE, context_value=context)
    assert answers[0] != answers[1]


def test_a_context_of_two_requests_has_the_access_of_each(
    graphql: Graphql, alice: Any, admin: Any, charlie: Any
) -> None:
    query = "query ($user: ID) { preferences(user: $user) { id } }"
    variables = {"user": id_of(alice)}
    context, errors = context_of(admin), []
    for user in (admin, alice, charlie):
        context.request = context_of(user).request
        errors.append(bool(schema.execute_sync(query, variables, context_value=context).errors))
    assert errors == [False, False, True]


def test_a_request_without_a_user_is_anonymous(graphql: Graphql) -> None:
    """A project may have no authentication middleware."""
    result = schema.execute_sync(NAME, context_value=SimpleNamespace(request=HttpRequest()))
    assert (result.errors, result.data) == (None, {"viewer": None})


def test_username_is_the_name_for_sign_in(graphql: Graphql, charlie: Any) -> None:
    grant(charlie, "notifications.view_userprefs")
    field = get_user_model().USERNAME_FIELD
    assert graphql.data(NAME, user=charlie)["viewer"]["username"] == getattr(charlie, field)


@pytest.mark.urls("schema.urls")
def test_another_project_can_include_the_urls(graphql: Graphql, alice: Any) -> None:
    assert reverse("graphql") == "/graphql/"
    assert graphql.data(NAME, user=alice) == {"viewer": {"username": "alice"}}
