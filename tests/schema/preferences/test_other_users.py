"""Preferences of other users require `view_userprefs` and `change_userprefs`."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from tests.conftest import make_user
from tests.schema.conftest import Graphql, cells, grant, id_of, keep, preference, stored
from tests.schema.documents import CLEAR, MATRIX, UPDATE, document

VIEW, CHANGE = "notifications.view_userprefs", "notifications.change_userprefs"
CARD_SMS = ("card-declined", "sms")
FORBIDDEN = {
    "__typename": "Forbidden",
    "message": f"You do not have permission. Required: {CHANGE}.",
    "permissions": [CHANGE],
}


@pytest.mark.parametrize(
    ("permissions", "outcome"),
    [
        ([], "FORBIDDEN"),
        ([CHANGE], "FORBIDDEN"),
        (["notifications.view_groupprefs"], "FORBIDDEN"),
        ([VIEW], None),
    ],
)
def test_viewing_requires_the_permission(
    graphql: Graphql, alice: Any, charlie: Any, permissions: list[str], outcome: str | None
) -> None:
    grant(charlie, *permissions)
    answer = graphql(MATRIX, {"user": id_of(alice)}, charlie)
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    assert codes == ([outcome] if outcome else [])
    if outcome is None:
        assert answer["data"]["preferences"]["user"]["username"] == "alice"


def test_a_permission_can_come_from_a_group(graphql: Graphql, alice: Any, charlie: Any) -> None:
    support = Group.objects.create(name="support")
    support.permissions.add(Permission.objects.get(codename="view_userprefs"))
    charlie.groups.add(support)
    graphql.data(MATRIX, {"user": id_of(alice)}, charlie)


def test_a_superuser_may_do_everything(graphql: Graphql, alice: Any, admin: Any) -> None:
    graphql.data(MATRIX, {"user": id_of(alice)}, admin)
    entries = [preference(*CARD_SMS)]
    result = graphql.result(UPDATE, admin, user=id_of(alice), preferences=entries)
    assert result["__typename"] == "UpdatePreferencesSuccess"
    assert graphql.result(CLEAR, admin, users=[id_of(alice)])["cleared"] == 1


@pytest.mark.parametrize("permissions", [[], [VIEW], ["notifications.change_groupprefs"]])
def test_changing_requires_the_permission(
    graphql: Graphql, alice: Any, charlie: Any, permissions: list[str]
) -> None:
    grant(charlie, *permissions)
    keep(alice, *CARD_SMS, notify=True)
    entries = [preference(*CARD_SMS, notify=False)]
    assert graphql.result(UPDATE, charlie, user=id_of(alice), preferences=entries) == FORBIDDEN
    assert graphql.result(CLEAR, charlie, users=[id_of(alice)]) == FORBIDDEN
    assert stored(alice) == {CARD_SMS: True}


def test_the_result_has_the_other_users_matrix(graphql: Graphql, alice: Any, charlie: Any) -> None:
    grant(charlie, CHANGE)
    entries = [preference(*CARD_SMS)]
    result = graphql.result(UPDATE, charlie, user=id_of(alice), preferences=entries)
    assert [entry["outcome"] for entry in result["results"]] == ["CREATED"]
    assert stored(alice) == {CARD_SMS: True}
    assert result["matrix"]["withheld"] == []
    assert graphql.result(CLEAR, charlie, users=[id_of(alice)])["cleared"] == 1


@pytest.mark.parametrize("inactive", [False, True])
def test_the_other_user_needs_the_notifications_permissions(
    graphql: Graphql, alice: Any, charlie: Any, inactive: bool
) -> None:
    grant(charlie, VIEW, CHANGE, "auth.view_group")
    name = "audit"
    if inactive:
        grant(alice, "auth.view_group")
        alice.is_active = False
        alice.save()
        name = "alarm"
    entries = [preference(name, "email" if name == "audit" else "sms")]
    result = graphql.result(UPDATE, charlie, user=id_of(alice), preferences=entries)
    assert [problem["code"] for problem in result["problems"]] == ["PERMISSION_DENIED"]
    assert stored(alice) == {}


def test_editable_depends_on_the_viewer(graphql: Graphql, alice: Any, charlie: Any) -> None:
    editable = []
    for permission in (VIEW, CHANGE):
        grant(charlie, permission)
        rows = graphql.data(MATRIX, {"user": id_of(alice)}, charlie)["preferences"]["notifications"]
        editable.append([key for key, cell in cells(rows).items() if cell["editable"]])
    assert editable == [
        [],
        ["card-declined.sms", "card-declined.email", "card-declined.inbox", "alarm.sms"],
    ]


def test_refusals_do_not_reveal_which_users_exist(
    graphql: Graphql, alice: Any, charlie: Any
) -> None:
    dave = make_user("dave")
    gone = id_of(dave)
    dave.delete()
    for query in (MATRIX, document("query ($user: ID!) { node(id: $user) { ...AnyNode } }")):
        there, not_there = (
            graphql(query, {"user": id_}, charlie)["errors"] for id_ in (id_of(alice), gone)
        )
        assert there == not_there
        assert there[0]["extensions"]["code"] == "FORBIDDEN"
    assert graphql.result(CLEAR, charlie, users=[gone]) == FORBIDDEN
    assert graphql.result(UPDATE, charlie, user=gone, preferences=[]) == FORBIDDEN


def test_several_users_are_cleared_in_order(
    graphql: Graphql, alice: Any, bob: Any, charlie: Any
) -> None:
    grant(charlie, VIEW, CHANGE)
    for user in (alice, bob, charlie):
        keep(user, *CARD_SMS, notify=True)
    result = graphql.result(CLEAR, charlie, users=[id_of(bob), id_of(charlie), id_of(alice)])
    names = [matrix["user"]["username"] for matrix in result["matrices"]]
    assert (result["cleared"], names) == (3, ["bob", "charlie", "alice"])


def test_an_empty_list_of_users_clears_nothing(graphql: Graphql, alice: Any) -> None:
    keep(alice, *CARD_SMS, notify=True)
    assert graphql.result(CLEAR, alice, users=[]) == {
        "__typename": "ClearPreferencesSuccess",
        "cleared": 0,
        "matrices": [],
    }
    assert stored(alice) == {CARD_SMS: True}


def test_one_wrong_user_prevents_all_clearing(graphql: Graphql, alice: Any, charlie: Any) -> None:
    dave = make_user("dave")
    gone = id_of(dave)
    dave.delete()
    keep(charlie, *CARD_SMS, notify=True)
    users = [id_of(charlie), id_of(alice)]
    assert graphql.result(CLEAR, charlie, users=users) == FORBIDDEN
    grant(charlie, CHANGE)
    result = graphql.result(CLEAR, charlie, users=[*users, gone])
    assert (result["__typename"], result["id"]) == ("NotFound", gone)
    assert stored(charlie) == {CARD_SMS: True}


def test_a_repeated_user_is_an_error(graphql: Graphql, alice: Any) -> None:
    keep(alice, *CARD_SMS, notify=True)
    result = graphql.result(CLEAR, alice, users=[id_of(alice), id_of(alice)])
    assert [(problem["index"], problem["code"]) for problem in result["problems"]] == [
        (1, "DUPLICATE")
    ]
    assert stored(alice) == {CARD_SMS: True}


def test_an_error_of_one_alias_leaves_others_intact(
    graphql: Graphql, alice: Any, charlie: Any
) -> None:
    answer = graphql(
        "mutation ($alice: ID!, $entries: [PreferenceInput!]!) {"
        " own: updatePreferences(input: {preferences: $entries}) { __typename }"
        " other: updatePreferences(input: {user: $alice, preferences: $entries}) { __typename } }",
        {"alice": id_of(alice), "entries": [preference(*CARD_SMS)]},
        charlie,
    )
    assert answer == {
        "data": {
            "own": {"__typename": "UpdatePreferencesSuccess"},
            "other": {"__typename": "Forbidden"},
        }
    }
