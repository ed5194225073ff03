"""A client's normalised cache is correct after any mutation without a refetch."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.schema.conftest import Graphql, grant, id_of, keep, preference
from tests.schema.documents import (
    CLEAR,
    CLEAR_GROUP,
    GROUP_MATRIX,
    MATRIX,
    UPDATE,
    UPDATE_GROUP,
    VIEWER,
)
from tests.schema.normalised_cache import Cache, merge, normalise

CARD_SMS, CARD_EMAIL = ("card-declined", "sms"), ("card-declined", "email")


def everything(
    graphql: Graphql, viewer: Any, users: Sequence[Any], groups: Sequence[Group]
) -> Cache:
    """Return the cache of a client that has fetched these matrices and all lists."""
    cache = normalise(graphql.data(VIEWER, user=viewer))
    for user in users:
        cache = merge(cache, graphql.data(MATRIX, {"user": id_of(user)}, viewer))
    for group in groups:
        cache = merge(cache, graphql.data(GROUP_MATRIX, {"group": id_of(group)}, viewer))
    return cache


@pytest.fixture
def lead(bob: Any, reviewers: Group) -> Any:
    """Bob, a member of the group that he manages."""
    bob.groups.add(reviewers)
    return bob


@pytest.fixture
def settled(alice: Any, lead: Any, reviewers: Group, graphql: Graphql) -> None:
    """Preferences that mutations can create, update and clear."""
    for subject in (alice, lead, reviewers):
        keep(subject, *CARD_EMAIL, notify=False)
    keep(reviewers, "alarm", "sms", notify=True)
    keep(alice, "card-declined", "inbox", notify=True)
    grant(alice, "auth.view_group")


ENTRIES = [preference(*CARD_SMS), preference(*CARD_EMAIL), preference("alarm", "sms", notify=False)]
MUTATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "update own": (UPDATE, {"preferences": ENTRIES}),
    "update another's": (UPDATE, {"user": "alice", "preferences": ENTRIES}),
    "clear own": (CLEAR, {}),
    "clear several": (CLEAR, {"users": ["bob", "alice"]}),
    "clear some": (CLEAR, {"users": ["alice"], "notifications": ["card-declined"]}),
    "update group": (UPDATE_GROUP, {"group": "reviewers", "preferences": ENTRIES}),
    "clear group": (CLEAR_GROUP, {"group": "reviewers"}),
}


def resolved(values: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """Replace the names of people and groups by their IDs."""
    return {
        key: [ids[name] for name in value] if key == "users" else ids.get(str(value), value)
        for key, value in values.items()
    }


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("name", [name for name in MUTATIONS if name[-3:] in {"own", "oup"}])
def test_the_cache_of_a_member_who_manages_the_group(
    graphql: Graphql, lead: Any, reviewers: Group, name: str
) -> None:
    before = everything(graphql, lead, [lead], [reviewers])
    mutation, values = MUTATIONS[name]
    result = graphql.result(mutation, lead, **resolved(values, {"reviewers": id_of(reviewers)}))
    after = everything(graphql, lead, [lead], [reviewers])
    assert before != after, "the mutation should have changed something"
    assert merge(before, result) == after


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("name", MUTATIONS)
@pytest.mark.parametrize("permitted", ["admin", "support"])
def test_the_cache_of_a_manager_of_many_users(
    graphql: Graphql, people: Any, request: pytest.FixtureRequest, alice: Any, lead: Any,
    reviewers: Group, name: str, permitted: str,
) -> None:  # fmt: skip
    if permitted == "admin":
        viewer = request.getfixturevalue("admin")
    else:
        verbs = ("view_userprefs", "change_userprefs", "view_groupprefs", "change_groupprefs")
        viewer = grant(people("support"), *(f"notifications.{verb}" for verb in verbs))
    keep(viewer, *CARD_SMS, notify=False)
    users, groups = [viewer, alice, lead], [reviewers]
    before = everything(graphql, viewer, users, groups)
    mutation, values = MUTATIONS[name]
    ids = {"alice": id_of(alice), "bob": id_of(lead), "reviewers": id_of(reviewers)}
    if "group" in values:
        values = {**values, "matricesOf": [id_of(user) for user in users]}
    result = graphql.result(mutation, viewer, **resolved(values, ids))
    after = everything(graphql, viewer, users, groups)
    assert before != after, "the mutation should have changed something"
    assert merge(before, result) == after
