"""Access of users to preferences of users and groups."""

from typing import Any

import pytest
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from notifications.access import Access, Action
from notifications.errors import Forbidden
from notifications.permissions import _report
from tests.conftest import make_user

HERE = "tests.notifications.test_access"
MANAGERS = "project.accounts.backends.GroupManagerBackend"


def grant(user: Any, codename: str) -> None:
    user.user_permissions.add(Permission.objects.get(codename=codename))


@pytest.mark.parametrize("action", ["view", "change"])
def test_users_have_access_to_their_own_preferences(charlie: Any, action: Action) -> None:
    assert Access(charlie).may(action, user=charlie.pk)


@pytest.mark.parametrize("action", ["view", "change"])
@pytest.mark.parametrize("held", ["view_userprefs", "change_userprefs", "view_groupprefs"])
def test_other_users_require_the_permission_of_the_action(
    alice: Any, charlie: Any, action: Action, held: str
) -> None:
    grant(charlie, held)
    access = Access(charlie)
    assert access.may(action, user=alice.pk) is (held == f"{action}_userprefs")


@pytest.mark.parametrize("action", ["view", "change"])
@pytest.mark.parametrize("held", ["view_groupprefs", "change_groupprefs", "view_userprefs"])
def test_groups_require_the_permission_of_the_action(
    reviewers: Group, charlie: Any, action: Action, held: str
) -> None:
    grant(charlie, held)
    access = Access(charlie)
    allowed = held == f"{action}_groupprefs"
    assert access.may(action, group=reviewers) is allowed
    assert access.may_with_groups(action) is allowed


def test_manager_has_access_to_one_group_only(reviewers: Group, bob: Any) -> None:
    other = Group.objects.create(name="other")
    access = Access(bob)
    for action in ("view", "change"):
        assert access.group(action, reviewers.pk) == reviewers
        with pytest.raises(Forbidden):
            access.group(action, other.pk)
        with pytest.raises(Forbidden):  # as for a group that exists
            access.group(action, other.pk + 1)


def test_permissions_can_come_from_a_group(reviewers: Group, alice: Any, charlie: Any) -> None:
    reviewers.permissions.add(Permission.objects.get(codename="view_userprefs"))
    assert Access(alice).users("view", [charlie.pk, alice.pk]) == {
        alice.pk: alice,
        charlie.pk: charlie,
    }


def test_missing_users_are_omitted_with_permission(charlie: Any, admin: Any) -> None:
    gone = make_user("gone")
    key = gone.pk
    gone.delete()
    assert list(Access(admin).users("view", [charlie.pk, key])) == [admin.pk, charlie.pk]
    with pytest.raises(Forbidden) as caught:
        Access(charlie).users("view", [key])
    assert caught.value.permissions == ("notifications.view_userprefs",)


def test_inactive_superuser_has_no_access(reviewers: Group, alice: Any, admin: Any) -> None:
    admin.is_active = False
    assert not Access(admin).may("view", user=alice.pk)
    assert not Access(admin).may("view", group=reviewers)


def test_permissions_are_read_once_per_request(
    alice: Any, charlie: Any, django_assert_num_queries: Any
) -> None:
    access = Access(charlie)
    with django_assert_num_queries(1):
        for action in ("view", "change"):
            access.may(action, user=alice.pk)
            access.may_with_groups(action)


def test_groups_are_known_to_members_and_managers(
    reviewers: Group, alice: Any, bob: Any, charlie: Any, admin: Any
) -> None:
    for user in (alice, bob, admin):
        assert Access(user).known_group(reviewers.pk) == reviewers
    assert Access(charlie).known_group(reviewers.pk) is None
    assert Access(admin).known_group(reviewers.pk + 1) is None
    grant(charlie, "view_userprefs")
    assert Access(charlie).known_group(reviewers.pk) == reviewers


class Raising(BaseBackend):
    error: type[Exception] = RuntimeError

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        raise self.error("never heard of it")


class RaisingLookup(Raising):
    error = LookupError


class RaisingForObjects(Raising):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return super().has_perm(user_obj, perm, obj) if obj else False


class WithoutObjects:
    def has_perm(self, user_obj: Any, perm: str) -> bool:
        return False


class Undecided(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> Any:
        return None


class Vetoing(Raising):
    error = PermissionDenied


class OutOfOrder(Raising):
    error = OperationalError


class RaisingForAGroup(BaseBackend):
    error: type[Exception] = RuntimeError

    def has_perm_for_a_group(self, user_obj: Any, perm: str) -> bool:
        raise self.error("never heard of it")


class VetoingForAGroup(RaisingForAGroup):
    error = PermissionDenied


class OwnApp(BaseBackend):
    """Backend that accepts only permissions of the object's app, as django-guardian does."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if obj is None:
            return False
        app_label, _, codename = perm.partition(".")
        if app_label != obj._meta.app_label:
            raise LookupError(app_label)
        return codename == "change_groupprefs"


class Generous(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return obj is not None


def with_backends(settings: Any, *names: str) -> None:
    paths = [name if "." in name else f"{HERE}.{name}" for name in names]
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", *paths]


UNUSUAL = ["Raising", "RaisingLookup", "RaisingForObjects", "WithoutObjects", "Undecided"]


@pytest.mark.parametrize("name", UNUSUAL)
def test_backend_that_raises_grants_nothing(
    reviewers: Group, bob: Any, charlie: Any, settings: Any, name: str
) -> None:
    with_backends(settings, name, MANAGERS)
    for action in ("view", "change"):
        assert not Access(charlie).may(action, group=reviewers)
        assert Access(bob).may(action, group=reviewers)
    grant(charlie, "view_groupprefs")
    assert Access(charlie).may("view", group=reviewers)


@pytest.mark.parametrize("name", UNUSUAL)
def test_pages_work_with_a_backend_that_raises(
    reviewers: Group, charlie: Any, settings: Any, name: str
) -> None:
    with_backends(settings, name)
    client = Client()
    client.force_login(charlie)
    assert client.get(reverse("notifications:group", args=[reviewers.pk])).status_code == 403
    assert client.get(reverse("notifications:preferences")).status_code == 200


def test_veto_denies_the_permission(reviewers: Group, bob: Any, settings: Any) -> None:
    with_backends(settings, "Vetoing", MANAGERS)
    assert not Access(bob).may("change", group=reviewers)
    with_backends(settings, MANAGERS, "Vetoing")
    assert Access(bob).may("change", group=reviewers)


@pytest.mark.parametrize("name", ["RaisingForAGroup", "VetoingForAGroup"])
def test_backend_that_raises_for_a_group_grants_nothing(
    reviewers: Group, bob: Any, charlie: Any, settings: Any, name: str
) -> None:
    with_backends(settings, name)
    assert not Access(charlie).may_view_a_group
    with_backends(settings, name, MANAGERS)
    assert Access(bob).may_view_a_group


def test_database_errors_propagate(reviewers: Group, charlie: Any, settings: Any) -> None:
    with_backends(settings, "OutOfOrder")
    with pytest.raises(OperationalError):
        Access(charlie).may("view", group=reviewers)


def test_backend_that_raises_is_logged_once(
    reviewers: Group, charlie: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    _report.cache_clear()
    with_backends(settings, "RaisingForObjects")
    for _ in range(2):
        Access(charlie).may("view", group=reviewers)
    [record] = caplog.records
    assert record.levelname == "WARNING"
    assert f"{HERE}.RaisingForObjects raised RuntimeError" in record.getMessage()


def test_permission_is_checked_with_the_app_of_the_object(
    reviewers: Group, charlie: Any, settings: Any
) -> None:
    with_backends(settings, "OwnApp")
    assert Access(charlie).may("change", group=reviewers)
    assert not Access(charlie).may("view", group=reviewers)
    assert not Access(charlie).may_with_groups("change")


def test_backends_are_not_called_for_inactive_users(
    reviewers: Group, charlie: Any, settings: Any
) -> None:
    with_backends(settings, "Generous")
    assert Access(charlie).may("change", group=reviewers)
    charlie.is_active = False
    for nobody in (charlie, AnonymousUser()):
        assert not Access(nobody).may("change", group=reviewers)


@pytest.mark.parametrize(("answer", "allowed"), [(True, True), (None, False), (KeyError, False)])
def test_user_model_may_check_object_permissions(
    reviewers: Group, charlie: Any, monkeypatch: pytest.MonkeyPatch, answer: Any, allowed: bool
) -> None:
    def has_perm(_user: Any, _perm: str, obj: Any = None) -> Any:
        if answer is KeyError:
            raise answer
        return obj and answer

    monkeypatch.setattr(type(charlie), "has_perm", has_perm)
    assert Access(charlie).may("change", group=reviewers) is allowed
