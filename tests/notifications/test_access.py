"""Who may see and change whose preferences."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from notifications.access import Access, Action
from notifications.errors import Forbidden
from tests.conftest import make_user


def grant(user: Any, codename: str) -> None:
    user.user_permissions.add(Permission.objects.get(codename=codename))


@pytest.mark.parametrize("action", ["view", "change"])
def test_ones_own_preferences_are_everybodys_business(charlie: Any, action: Action) -> None:
    assert Access(charlie).may(action, user=charlie.pk)


@pytest.mark.parametrize("action", ["view", "change"])
@pytest.mark.parametrize("held", ["view_userprefs", "change_userprefs", "view_groupprefs"])
def test_another_users_take_the_permission_for_just_that(
    alice: Any, charlie: Any, action: Action, held: str
) -> None:
    grant(charlie, held)
    access = Access(charlie)
    assert access.may(action, user=alice.pk) is (held == f"{action}_userprefs")


@pytest.mark.parametrize("action", ["view", "change"])
@pytest.mark.parametrize("held", ["view_groupprefs", "change_groupprefs", "view_userprefs"])
def test_a_groups_take_the_permission_for_just_that(
    reviewers: Group, charlie: Any, action: Action, held: str
) -> None:
    grant(charlie, held)
    access = Access(charlie)
    allowed = held == f"{action}_groupprefs"
    assert access.may(action, group=reviewers) is allowed
    assert access.may_with_groups(action) is allowed


def test_a_manager_may_with_one_group_only(reviewers: Group, bob: Any) -> None:
    other = Group.objects.create(name="other")
    access = Access(bob)
    for action in ("view", "change"):
        assert access.group(action, reviewers.pk) == reviewers
        with pytest.raises(Forbidden):
            access.group(action, other.pk)
        with pytest.raises(Forbidden):  # and does not learn that there is no such group
            access.group(action, other.pk + 1)


def test_permissions_by_group_count(reviewers: Group, alice: Any, charlie: Any) -> None:
    reviewers.permissions.add(Permission.objects.get(codename="view_userprefs"))
    assert Access(alice).users("view", [charlie.pk, alice.pk]) == {
        alice.pk: alice,
        charlie.pk: charlie,
    }


def test_users_that_do_not_exist_are_left_out_for_those_who_may_know(
    charlie: Any, admin: Any
) -> None:
    gone = make_user("gone")
    key = gone.pk
    gone.delete()
    assert list(Access(admin).users("view", [charlie.pk, key])) == [admin.pk, charlie.pk]
    with pytest.raises(Forbidden) as caught:
        Access(charlie).users("view", [key])
    assert caught.value.permissions == ("notifications.view_userprefs",)


def test_an_inactive_administrator_may_nothing(reviewers: Group, alice: Any, admin: Any) -> None:
    admin.is_active = False
    assert not Access(admin).may("view", user=alice.pk)
    assert not Access(admin).may("view", group=reviewers)


def test_answers_cost_one_statement_a_request(
    alice: Any, charlie: Any, django_assert_num_queries: Any
) -> None:
    access = Access(charlie)
    with django_assert_num_queries(1):
        for action in ("view", "change"):
            access.may(action, user=alice.pk)
            access.may_with_groups(action)


def test_groups_are_known_to_members_and_to_those_who_look_after_them(
    reviewers: Group, alice: Any, bob: Any, charlie: Any, admin: Any
) -> None:
    for user in (alice, bob, admin):
        assert Access(user).known_group(reviewers.pk) == reviewers
    assert Access(charlie).known_group(reviewers.pk) is None
    assert Access(admin).known_group(reviewers.pk + 1) is None
    grant(charlie, "view_userprefs")
    assert Access(charlie).known_group(reviewers.pk) == reviewers
