"""Preferences of groups, for users with the permission and managers of a group."""

from typing import Any

import pytest
from django.contrib.auth.models import Group

from notifications.models import GroupPrefs
from tests.conftest import make_user
from tests.schema.conftest import Graphql, cell_id, cells, grant, id_of, keep, preference, stored
from tests.schema.documents import CLEAR_GROUP, GROUP_MATRIX, MATRIX, UPDATE_GROUP

VIEW, CHANGE = "notifications.view_groupprefs", "notifications.change_groupprefs"
CARD_SMS = ("card-declined", "sms")
FORBIDDEN = {
    "__typename": "Forbidden",
    "message": f"You do not have permission. Required: {CHANGE}.",
    "permissions": [CHANGE],
}


def test_the_matrix_has_all_public_cells_in_order(
    graphql: Graphql, bob: Any, reviewers: Group
) -> None:
    keep(reviewers, *CARD_SMS, notify=False)
    matrix = graphql.data(GROUP_MATRIX, {"group": id_of(reviewers)}, bob)["groupPreferences"]
    assert matrix["group"]["name"] == "reviewers"
    assert [backend["name"] for backend in matrix["backends"]] == ["sms", "email", "inbox"]
    fields = ("value", "defaultValue", "editable")
    assert {
        key: tuple(cell[field] for field in fields)
        for key, cell in cells(matrix["notifications"]).items()
    } == {
        "card-declined.sms": (False, False, True),
        "card-declined.email": (None, True, True),
        "card-declined.inbox": (None, False, True),
        "alarm.sms": (None, False, True),
        "alarm.email": (None, True, False),
        "audit.email": (None, False, True),
        "audit.inbox": (None, False, True),
    }


@pytest.mark.parametrize(
    ("who", "may"),
    [("alice", False), ("bob", True), ("charlie", False), ("viewer", True), ("admin", True)],
)
def test_viewing_requires_the_permission_or_the_manager(
    graphql: Graphql, request: pytest.FixtureRequest, reviewers: Group, who: str, may: bool
) -> None:
    user = grant(make_user("viewer"), VIEW) if who == "viewer" else request.getfixturevalue(who)
    answer = graphql(GROUP_MATRIX, {"group": id_of(reviewers)}, user)
    assert [error["extensions"]["code"] for error in answer.get("errors", [])] == (
        [] if may else ["FORBIDDEN"]
    )


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("alice", False),
        ("bob", True),
        ("charlie", False),
        (VIEW, False),
        (CHANGE, True),
        ("admin", True),
    ],
)
def test_changing_requires_the_permission_or_the_manager(
    graphql: Graphql, request: pytest.FixtureRequest, reviewers: Group, who: str, may: bool
) -> None:
    user = grant(make_user("dave"), who) if "." in who else request.getfixturevalue(who)
    values = {"group": id_of(reviewers)}
    results = [
        graphql.result(UPDATE_GROUP, user, **values, preferences=[preference(*CARD_SMS)]),
        graphql.result(CLEAR_GROUP, user, **values),
    ]
    if may:
        assert [result["__typename"] for result in results] == [
            "UpdateGroupPreferencesSuccess",
            "ClearGroupPreferencesSuccess",
        ]
    else:
        assert results == [FORBIDDEN, FORBIDDEN]


def test_a_manager_has_no_access_to_other_groups(graphql: Graphql, bob: Any) -> None:
    other = Group.objects.create(name="others")
    gone = Group.objects.create(name="gone")
    gone_id = id_of(gone)
    gone.delete()
    for id_ in (id_of(other), gone_id):  # and learns nothing about which exist
        assert graphql.code(GROUP_MATRIX, {"group": id_}, bob) == "FORBIDDEN"
        assert graphql.result(UPDATE_GROUP, bob, group=id_, preferences=[]) == FORBIDDEN
        assert graphql.result(CLEAR_GROUP, bob, group=id_) == FORBIDDEN


def test_unknown_groups_are_not_found_with_the_permission(
    graphql: Graphql, admin: Any, reviewers: Group
) -> None:
    id_ = id_of(reviewers)
    reviewers.delete()
    assert graphql.code(GROUP_MATRIX, {"group": id_}, admin) == "NOT_FOUND"
    for result in (
        graphql.result(UPDATE_GROUP, admin, group=id_, preferences=[]),
        graphql.result(CLEAR_GROUP, admin, group=id_),
    ):
        assert (result["__typename"], result["id"]) == ("NotFound", id_)


def test_viewing_does_not_include_changing(
    graphql: Graphql, charlie: Any, reviewers: Group
) -> None:
    grant(charlie, VIEW)
    matrix = graphql.data(GROUP_MATRIX, {"group": id_of(reviewers)}, charlie)["groupPreferences"]
    assert not any(cell["editable"] for cell in cells(matrix["notifications"]).values())


def test_an_update_returns_a_result_for_each_entry(
    graphql: Graphql, bob: Any, reviewers: Group
) -> None:
    keep(reviewers, *CARD_SMS, notify=True)
    keep(reviewers, "card-declined", "email", notify=True)
    entries = [
        preference("audit", "inbox"),
        preference("card-declined", "email", notify=False),
        preference(*CARD_SMS),
    ]
    result = graphql.result(UPDATE_GROUP, bob, group=id_of(reviewers), preferences=entries)
    assert [(entry["outcome"], entry["cell"]["id"]) for entry in result["results"]] == [
        ("CREATED", cell_id(reviewers, "audit", "inbox")),
        ("UPDATED", cell_id(reviewers, "card-declined", "email")),
        ("UNCHANGED", cell_id(reviewers, *CARD_SMS)),
    ]
    after = graphql.data(GROUP_MATRIX, {"group": id_of(reviewers)}, bob)["groupPreferences"]
    assert result["matrix"] == after
    assert [entry["cell"] for entry in result["results"]] == [
        cells(after["notifications"])[key]
        for key in ("audit.inbox", "card-declined.email", "card-declined.sms")
    ]


WRONG = {
    "UNKNOWN_NOTIFICATION": preference("nonsense", "email"),
    "UNKNOWN_BACKEND": preference("card-declined", "pigeon"),
    "BACKEND_NOT_ALLOWED": preference("alarm", "inbox"),
    "REQUIRED": preference("alarm", "email", notify=False),
}


@pytest.mark.parametrize(("code", "wrong"), WRONG.items())
def test_a_wrong_entry_prevents_all_writes(
    graphql: Graphql, bob: Any, reviewers: Group, code: str, wrong: dict[str, Any]
) -> None:
    entries = [preference(*CARD_SMS), wrong]
    result = graphql.result(UPDATE_GROUP, bob, group=id_of(reviewers), preferences=entries)
    assert [(problem["index"], problem["code"]) for problem in result["problems"]] == [(1, code)]
    assert stored(reviewers) == {}


def test_a_repeated_cell_is_an_error(graphql: Graphql, bob: Any, reviewers: Group) -> None:
    entries = [preference(*CARD_SMS), preference(*CARD_SMS)]
    result = graphql.result(UPDATE_GROUP, bob, group=id_of(reviewers), preferences=entries)
    assert [problem["code"] for problem in result["problems"]] == ["DUPLICATE"]
    assert stored(reviewers) == {}


@pytest.mark.parametrize(
    ("narrowed", "kept"),
    [
        ({}, []),
        ({"notifications": ["alarm"]}, [CARD_SMS]),
        ({"backends": ["email"]}, [CARD_SMS]),
        ({"notifications": ["alarm"], "backends": ["sms"]}, [CARD_SMS, ("alarm", "email")]),
        ({"notifications": []}, [CARD_SMS, ("alarm", "email")]),
    ],
)
def test_clearing_is_limited_to_the_names_and_the_group(
    graphql: Graphql,
    bob: Any,
    reviewers: Group,
    narrowed: dict[str, Any],
    kept: list[tuple[str, str]],
) -> None:
    other = Group.objects.create(name="others")
    for group in (reviewers, other):
        keep(group, *CARD_SMS, notify=True)
        keep(group, "alarm", "email", notify=True)
    result = graphql.result(CLEAR_GROUP, bob, group=id_of(reviewers), **narrowed)
    assert result["cleared"] == 2 - len(kept)
    after = graphql.data(GROUP_MATRIX, {"group": id_of(reviewers)}, bob)["groupPreferences"]
    assert result["matrix"] == after
    assert (list(stored(reviewers)), len(stored(other))) == (kept, 2)


def test_wrong_names_clear_nothing(graphql: Graphql, bob: Any, reviewers: Group) -> None:
    keep(reviewers, *CARD_SMS, notify=True)
    names = {"notifications": ["nonsense"], "backends": ["sms", "sms"]}
    result = graphql.result(CLEAR_GROUP, bob, group=id_of(reviewers), **names)
    assert [problem["code"] for problem in result["problems"]] == [
        "UNKNOWN_NOTIFICATION",
        "DUPLICATE",
    ]
    assert stored(reviewers) == {CARD_SMS: True}


@pytest.mark.parametrize("mutation", [UPDATE_GROUP, CLEAR_GROUP])
def test_anonymous_requests_are_refused(graphql: Graphql, reviewers: Group, mutation: str) -> None:
    values: dict[str, Any] = {"preferences": []} if mutation is UPDATE_GROUP else {}
    result = graphql.result(mutation, None, group=id_of(reviewers), **values)
    assert result["__typename"] == "NotSignedIn"
    assert not GroupPrefs.objects.exists()


def test_the_result_has_the_matrix_of_the_viewer(
    graphql: Graphql, bob: Any, reviewers: Group
) -> None:
    bob.groups.add(reviewers)
    values = {"group": id_of(reviewers)}
    updated = graphql.result(UPDATE_GROUP, bob, **values, preferences=[preference(*CARD_SMS)])
    [matrix] = updated["matrices"]
    assert matrix == graphql.data(MATRIX, user=bob)["preferences"]
    assert cells(matrix["notifications"])["card-declined.sms"]["source"] == "GROUP"
    [matrix] = graphql.result(CLEAR_GROUP, bob, **values)["matrices"]
    assert cells(matrix["notifications"])["card-declined.sms"]["source"] == "DEFAULT"


@pytest.mark.parametrize("mutation", [UPDATE_GROUP, CLEAR_GROUP])
def test_the_result_has_the_matrices_of_other_members(
    graphql: Graphql, alice: Any, bob: Any, reviewers: Group, mutation: str
) -> None:
    values: dict[str, Any] = {"group": id_of(reviewers)}
    if mutation is UPDATE_GROUP:
        values["preferences"] = [preference(*CARD_SMS)]
    both = [id_of(bob), id_of(alice)]
    result = graphql.result(mutation, bob, **values, matricesOf=both)
    assert (result["__typename"], result["permissions"]) == (
        "Forbidden",
        ["notifications.view_userprefs"],
    )
    assert stored(reviewers) == {}
    grant(bob, "notifications.view_userprefs")
    result = graphql.result(mutation, bob, **values, matricesOf=both)
    names = [matrix["user"]["username"] for matrix in result["matrices"]]
    assert names == ["bob", "alice"]
    assert graphql.result(mutation, bob, **values, matricesOf=[])["matrices"] == []
    result = graphql.result(mutation, bob, **values, matricesOf=both * 2)
    assert [problem["code"] for problem in result["problems"]] == ["DUPLICATE"] * 2
