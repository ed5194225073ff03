"""Query of the signed-in user, and queries of anonymous requests."""

from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.schema.conftest import Graphql, id_of
from tests.schema.documents import document


def test_the_viewer_of_an_anonymous_request_is_null(graphql: Graphql) -> None:
    assert graphql.data("{ viewer { id } }") == {"viewer": None}


def test_an_inactive_user_is_anonymous(graphql: Graphql, alice: Any) -> None:
    assert graphql.data("{ viewer { id } }", user=alice) == {"viewer": {"id": id_of(alice)}}
    alice.is_active = False
    alice.save()
    assert graphql.data("{ viewer { id } }", user=alice) == {"viewer": None}


def test_the_viewer_has_a_name_and_sorted_groups(graphql: Graphql, alice: Any) -> None:
    alice.groups.add(Group.objects.create(name="authors"), Group.objects.create(name="zebras"))
    viewer = graphql.data(document("{ viewer { ...User } }"), user=alice)["viewer"]
    assert viewer["username"] == "alice"
    assert [group["name"] for group in viewer["groups"]] == ["authors", "reviewers", "zebras"]


@pytest.mark.parametrize(
    "query",
    [
        "{ preferences { id } }",
        'query { preferences(user: "x") { id } }',
        '{ groupPreferences(group: "x") { id } }',
        "{ notifications { id } }",
        '{ notification(name: "alarm") { id } }',
        "{ backends { id } }",
        '{ node(id: "x") { id } }',
    ],
)
def test_other_queries_require_a_signed_in_user(graphql: Graphql, query: str) -> None:
    assert graphql.code(query) == "UNAUTHENTICATED"
