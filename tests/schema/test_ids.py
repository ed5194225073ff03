"""`node` finds every ID in a response, for the same viewer and with equal fields."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.schema.conftest import Graphql, grant, id_of, keep, preference
from tests.schema.documents import (
    CLEAR,
    CLEAR_GROUP,
    DELIVERIES,
    GROUP_MATRIX,
    INBOX,
    MARK_ALL_READ,
    MARK_READ,
    MATRIX,
    NODE_TYPES,
    UPDATE,
    UPDATE_GROUP,
    VIEWER,
    document,
)
from tests.schema.normalised_cache import Cache, merge, normalise
from tests.sent import sent

pytestmark = pytest.mark.usefixtures("any_cost")

ALL_PERMISSIONS = [
    f"notifications.{verb}_{kind}"
    for verb in ("view", "change")
    for kind in ("userprefs", "groupprefs")
] + ["notifications.view_sentnotification"]
ENTRIES = [preference("card-declined", "sms"), preference("alarm", "sms", notify=False)]


def found_again(graphql: Graphql, viewer: Any, cache: Cache) -> Cache:
    """Return the objects that `node` finds for the IDs in a cache, several in a document."""
    found: Cache = {}
    for type_ in NODE_TYPES:
        ids = [id_ for id_, fields in cache.items() if fields["__typename"] == type_]
        for start in range(0, len(ids), 4):
            some = {f"n{number}": id_ for number, id_ in enumerate(ids[start : start + 4])}
            fields = " ".join(f"{n}: node(id: ${n}) {{ __typename id ...{type_} }}" for n in some)
            declared = ", ".join(f"${n}: ID!" for n in some)
            query = document(f"query ({declared}) {{ {fields} }}")
            nodes = graphql.data(query, some, viewer)
            assert {name: node and node["id"] for name, node in nodes.items()} == some
            found = merge(found, nodes)
    return found


def questions(
    graphql: Graphql, viewer: Any, users: list[Any], groups: list[Group]
) -> Iterator[Any]:
    yield graphql.data(VIEWER, user=viewer)
    entries = graphql.data(INBOX, user=viewer)
    yield entries
    ids = [entry["id"] for entry in entries["inbox"]["nodes"]]
    yield graphql.result(MARK_READ, viewer, ids=ids[:1])
    yield graphql.result(MARK_ALL_READ, viewer)
    if viewer.has_perm("notifications.view_sentnotification"):
        for name in ("alarm", "audit"):
            yield graphql.data(DELIVERIES, {"notification": name}, viewer)
    for user in users:
        yield graphql.data(MATRIX, {"user": id_of(user)}, viewer)
        yield graphql.result(UPDATE, viewer, user=id_of(user), preferences=ENTRIES)
    for group in groups:
        values = {"group": id_of(group)}
        yield graphql.data(GROUP_MATRIX, values, viewer)
        yield graphql.result(UPDATE_GROUP, viewer, **values, preferences=ENTRIES)
        yield graphql.result(CLEAR_GROUP, viewer, **values)
    yield graphql.result(CLEAR, viewer, users=[id_of(user) for user in users])


@pytest.mark.parametrize("who", ["alice", "bob", "support", "admin"])
def test_every_id_in_a_response_is_found(
    graphql: Graphql,
    request: pytest.FixtureRequest,
    people: Any,
    alice: Any,
    bob: Any,
    reviewers: Group,
    who: str,
) -> None:
    keep(alice, "audit", "email", notify=True)  # withheld from alice
    others = {"alice": [], "bob": []}.get(who, [alice, bob])
    groups = {"alice": []}.get(who, [reviewers])
    if who == "support":
        viewer = grant(people("support"), *ALL_PERMISSIONS)
    else:
        viewer = request.getfixturevalue(who)
    for name, backend in (("alarm", "inbox"), ("audit", "inbox"), ("secret", "inbox")):
        sent(viewer, name, backend)
        sent(alice, name, "fax")  # disabled
    types = set()
    for answer in questions(graphql, viewer, [viewer, *others], groups):
        cache = normalise(answer)
        assert found_again(graphql, viewer, cache) == cache
        types |= {fields["__typename"] for fields in cache.values()}
    grouped = {"GroupPreferenceMatrix", "GroupNotificationPreferences", "GroupPreferenceCell"}
    unseen = set() if groups else grouped
    if who in {"alice", "bob"}:
        unseen |= {"Delivery"}
    assert types == set(NODE_TYPES) - unseen


def test_ids_are_stable(graphql: Graphql, alice: Any) -> None:
    first, second = (set(normalise(graphql.data(VIEWER, user=alice))) for _ in range(2))
    graphql.result(UPDATE, alice, preferences=ENTRIES)
    graphql.result(CLEAR, alice)
    assert first == second == set(normalise(graphql.data(VIEWER, user=alice)))
