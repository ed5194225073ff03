"""Permissions for a single group by django-guardian, as docs/guides/permissions.md shows them."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from guardian.shortcuts import assign_perm, get_perms, remove_perm

from notifications.access import Access
from notifications.errors import Forbidden
from tests.schema.conftest import Graphql, grant, id_of, preference

GUIDE = Path("docs/guides/permissions.md").read_text()
EXAMPLES = re.findall(r"^assign_perm\((.+)\)$", GUIDE, re.MULTILINE)
QUERY = "query ($id: ID!) { groupPreferences(group: $id) { group { name } } }"
UPDATE = """mutation ($input: UpdateGroupPreferencesInput!) {
  updateGroupPreferences(input: $input) { __typename } }"""


@pytest.fixture
def editors(db: None) -> Group:
    return Group.objects.create(name="editors")


def test_own_matrices_and_pages_work(graphql: Graphql, alice: Any) -> None:
    assert graphql.data("{ preferences { user { username } } }", user=alice)
    assert graphql.client(alice).get(reverse("notifications:preferences")).status_code == 200


def test_an_own_matrix_costs_no_more(graphql: Graphql, alice: Any, settings: Any) -> None:
    query = "{ preferences { notifications { cells { effective } } } }"
    graphql.data(query, user=alice)  # fills the cache of the configuration
    with_guardian = graphql.statements(query, user=alice)
    settings.AUTHENTICATION_BACKENDS = settings.AUTHENTICATION_BACKENDS[:-2]
    assert graphql.statements(query, user=alice) == with_guardian


def test_outsiders_are_refused_politely(graphql: Graphql, editors: Group, charlie: Any) -> None:
    assert graphql.code(QUERY, {"id": id_of(editors)}, charlie) == "FORBIDDEN"
    assert graphql.code(QUERY, {"id": id_of(editors)}) == "UNAUTHENTICATED"
    page = reverse("notifications:group", args=[editors.pk])
    assert graphql.client(charlie).get(page).status_code == 403
    assert Client().get(page).status_code == 302


def test_bob_manages_one_group(graphql: Graphql, editors: Group, charlie: Any) -> None:
    other, values = (
        Group.objects.create(name="other"),
        {"preferences": [preference("alarm", "sms")]},
    )
    assign_perm("view_groupprefs", charlie, editors)
    assign_perm("change_groupprefs", charlie, editors)
    client = graphql.client(charlie)
    for group, typename, status in (
        (editors, "UpdateGroupPreferencesSuccess", 200),
        (other, "Forbidden", 403),
    ):
        result = graphql.result(UPDATE, charlie, group=id_of(group), **values)
        assert result["__typename"] == typename
        page = reverse("notifications:group", args=[group.pk])
        assert client.get(page).status_code == client.post(page).status_code == status
    assert graphql.data(QUERY, {"id": id_of(editors)}, charlie)
    assert graphql.code(QUERY, {"id": id_of(other)}, charlie) == "FORBIDDEN"


def test_the_guide_shows_both_actions() -> None:
    assert len(EXAMPLES) >= 2


@pytest.mark.parametrize("typed", EXAMPLES)
def test_what_the_guide_shows_works_as_typed(editors: Group, charlie: Any, typed: str) -> None:
    names = {"bob": charlie, "reviewers": editors, "managers": editors}
    charlie.groups.add(editors)
    codename = str(eval(typed, {}, names)[0])  # noqa: S307 - our own guide
    assign_perm(*eval(typed, {}, names))  # noqa: S307
    action: Any = codename.rpartition(".")[2].partition("_")[0]
    assert Access(charlie).may(action, group=editors)


@pytest.mark.parametrize("prefix", ["", "auth.", "notifications."])
@pytest.mark.parametrize("action", ["view", "change"])
def test_a_grant_is_for_one_action_and_group(
    editors: Group, alice: Any, charlie: Any, action: Any, prefix: str
) -> None:
    other = Group.objects.create(name="other")
    assign_perm(f"{prefix}{action}_groupprefs", charlie, editors)
    access = Access(charlie)
    assert access.group(action, editors.pk) == editors
    another: Any = {"view": "change", "change": "view"}[action]
    for refused in (
        lambda: access.group(another, editors.pk),
        lambda: access.group(action, other.pk),
        lambda: access.users(action, [alice.pk]),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert not access.may_with_groups(action)
    remove_perm(f"{action}_groupprefs", charlie, editors)
    assert not Access(charlie).may(action, group=editors)


def test_a_group_of_managers_can_be_granted(editors: Group, charlie: Any) -> None:
    managers = Group.objects.create(name="managers")
    charlie.groups.add(managers)
    assign_perm("change_groupprefs", managers, editors)
    assert Access(charlie).may("change", group=editors)
    assert get_perms(charlie, editors) == ["change_groupprefs"]


@pytest.mark.parametrize("name", ["view_group", "change_group"])
def test_other_object_permissions_give_nothing(editors: Group, charlie: Any, name: str) -> None:
    assign_perm(name, charlie, editors)
    access = Access(charlie)
    assert not access.may("view", group=editors)
    assert not access.may("change", group=editors)


def test_django_permissions_give_what_they_gave(editors: Group, charlie: Any) -> None:
    grant(charlie, "auth.change_groupprefs")
    assert not Access(charlie).may("change", group=editors)
    grant(charlie, "notifications.change_groupprefs")
    assert Access(charlie).may_with_groups("change")


def test_inactive_and_anonymous_users_may_nothing(editors: Group, charlie: Any) -> None:
    assign_perm("change_groupprefs", charlie, editors)
    charlie.is_active = False
    for nobody in (charlie, AnonymousUser()):
        assert not Access(nobody).may("change", group=editors)


def test_managers_of_the_project_still_are(reviewers: Group, bob: Any, admin: Any) -> None:
    for user in (bob, admin):
        assert Access(user).may("change", group=reviewers)


def test_permissions_of_groups_are_made_once(db: None) -> None:

    call_command("migrate", verbosity=0)
    rows = Permission.objects.filter(codename__endswith="_groupprefs").order_by("pk")
    assert sorted(rows.filter(content_type__app_label="auth").values_list("codename", "name")) == [
        ("change_groupprefs", "Can change notification preferences of the group"),
        ("view_groupprefs", "Can view notification preferences of the group"),
    ]


@pytest.mark.django_db(transaction=True)
def test_flushing_the_tables_makes_them_anew(db: None) -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert Permission.objects.filter(content_type__app_label="auth").filter(
        codename="change_groupprefs"
    )
