"""Permissions for a single group by django-rules, as docs/guides/permissions.md shows them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rules
from django.contrib.auth.models import Group

from notifications.access import Access
from tests.schema.conftest import Graphql, id_of

NAMES = ("notifications.view_groupprefs", "notifications.change_groupprefs")
GUIDE = Path("docs/guides/permissions.md").read_text()
[EXAMPLE] = re.findall(r"```python\n# shop/rules\.py\n(.*?)```", GUIDE, re.DOTALL)


def add_those_of_the_guide() -> None:
    exec(EXAMPLE, {})  # noqa: S102 - the page's own block


def add_one_that_raises_without_a_group() -> None:
    def is_member(user: Any, group: Any) -> bool:
        return bool(group.user_set.filter(pk=user.pk).exists())

    for name in NAMES:
        rules.add_perm(name, rules.predicate(is_member))


@pytest.fixture(autouse=True, params=[add_those_of_the_guide, add_one_that_raises_without_a_group])
def managers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Members manage their groups."""
    request.param()
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
