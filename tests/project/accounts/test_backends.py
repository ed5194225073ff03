"""Managers look after the preferences of their group, and nothing else."""

from typing import Any

import pytest
from django.contrib.auth.models import Group


@pytest.mark.parametrize(
    ("permission", "granted"),
    [
        ("notifications.view_groupprefs", True),
        ("notifications.change_groupprefs", True),
        ("notifications.delete_groupprefs", False),
        ("notifications.change_userprefs", False),
        ("auth.change_group", False),
    ],
)
def test_a_manager_may_see_and_change_preferences_of_the_group(
    bob: Any, reviewers: Group, permission: str, granted: bool
) -> None:
    assert bob.has_perm(permission, reviewers) is granted
    assert not bob.has_perm(permission)
    assert not bob.has_perm(permission, Group.objects.create(name="other"))
    assert not bob.has_perm(permission, bob)


def test_an_inactive_manager_may_nothing(bob: Any, reviewers: Group) -> None:
    bob.is_active = False
    assert not bob.has_perm("notifications.view_groupprefs", reviewers)


def test_a_member_is_no_manager(alice: Any, reviewers: Group) -> None:
    assert not alice.has_perm("notifications.view_groupprefs", reviewers)
