"""Permissions for a single group by django-rules: predicates, no rows."""

from collections.abc import Iterator
from typing import Any

import pytest
import rules
from django.contrib.auth.models import Group

from notifications.access import Access
from tests.schema.conftest import Graphql, id_of

NAMES = ("notifications.view_groupprefs", "notifications.change_groupprefs")


@pytest.fixture(autouse=True)
def managers() -> Iterator[None]:
    """Members manage their groups; for no group, the predicate raises."""

    def is_member(user: Any, group: Any) -> bool:
        return bool(group.user_set.filter(pk=user.pk).exists())

    for name in NAMES:
        rules.add_perm(name, rules.predicate(is_member))
    yield
    for name in NAMES:
        rules.remove_perm(name)


def test_members_manage_their_groups(reviewers: Group, alice: Any, charlie: Any) -> None:
    other = Group.objects.create(name="other")
    for action in ("view", "change"):
        assert Access(alice).may(action, group=reviewers)
        assert not Access(alice).may(action, group=other)
        assert not Access(charlie).may(action, group=reviewers)
        assert not Access(alice).may_with_groups(action)


def test_a_group_is_queried_by_who_manages_it(
    graphql: Graphql, reviewers: Group, alice: Any, charlie: Any
) -> None:
    query = "query ($id: ID!) { groupPreferences(group: $id) { group { name } } }"
    assert graphql.data(query, {"id": id_of(reviewers)}, alice)
    assert graphql.code(query, {"id": id_of(reviewers)}, charlie) == "FORBIDDEN"
