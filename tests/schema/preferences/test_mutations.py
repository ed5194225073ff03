"""Mutations of the viewer's preferences: results, errors, and all or nothing."""

from typing import Any

import pytest
from django.contrib.auth.models import Group

from notifications import shortcuts
from notifications.models import Backend, UserPrefs
from tests.schema.conftest import Graphql, cell_id, cells, grant, id_of, keep, preference, stored
from tests.schema.documents import CLEAR, MATRIX, UPDATE

CARD_SMS, CARD_EMAIL = ("card-declined", "sms"), ("card-declined", "email")


def test_an_update_returns_a_result_for_each_entry(graphql: Graphql, alice: Any) -> None:
    keep(alice, *CARD_EMAIL, notify=True)
    keep(alice, *CARD_SMS, notify=True)
    entries = [
        preference(*CARD_SMS),
        preference("alarm", "sms"),
        preference(*CARD_EMAIL, notify=False),
    ]
    result = graphql.result(UPDATE, alice, preferences=entries)
    assert result["__typename"] == "UpdatePreferencesSuccess"
    assert [(entry["outcome"], entry["cell"]["id"]) for entry in result["results"]] == [
        ("UNCHANGED", cell_id(alice, *CARD_SMS)),
        ("CREATED", cell_id(alice, "alarm", "sms")),
        ("UPDATED", cell_id(alice, *CARD_EMAIL)),
    ]
    assert stored(alice) == {CARD_SMS: True, ("alarm", "sms"): True, CARD_EMAIL: False}


def test_an_update_returns_the_matrix_of_a_later_query(graphql: Graphql, alice: Any) -> None:
    result = graphql.result(UPDATE, alice, preferences=[preference(*CARD_EMAIL, notify=False)])
    assert result["matrix"] == graphql.data(MATRIX, user=alice)["preferences"]
    in_matrix = cells(result["matrix"]["notifications"])["card-declined.email"]
    assert result["results"] == [{"outcome": "CREATED", "cell": in_matrix}]
    assert (in_matrix["effective"], in_matrix["source"]) == (False, "USER")


def test_a_value_equal_to_the_default_is_stored(graphql: Graphql, alice: Any) -> None:
    [entry] = graphql.result(UPDATE, alice, preferences=[preference(*CARD_EMAIL)])["results"]
    assert (entry["outcome"], entry["cell"]["source"]) == ("CREATED", "USER")
    assert stored(alice) == {CARD_EMAIL: True}


def test_an_empty_update_changes_nothing(graphql: Graphql, alice: Any) -> None:
    result = graphql.result(UPDATE, alice, preferences=[])
    assert (result["__typename"], result["results"]) == ("UpdatePreferencesSuccess", [])


WRONG = {
    "UNKNOWN_NOTIFICATION": preference("nonsense", "email"),
    "UNKNOWN_BACKEND": preference("card-declined", "pigeon"),
    "BACKEND_NOT_ALLOWED": preference("card-declined", "fax"),  # disabled
    "PERMISSION_DENIED": preference("audit", "email"),
    "REQUIRED": preference("alarm", "email", notify=False),
}


@pytest.mark.parametrize(("code", "wrong"), WRONG.items())
def test_a_wrong_entry_prevents_all_writes(
    graphql: Graphql, alice: Any, code: str, wrong: dict[str, Any]
) -> None:
    keep(alice, *CARD_EMAIL, notify=True)
    entries = [preference(*CARD_SMS), preference(*CARD_EMAIL, notify=False), wrong]
    result = graphql.result(UPDATE, alice, preferences=entries)
    assert (result["__typename"], result["message"]) == (
        "InvalidPreferences",
        "Nothing was written: 1 entry is wrong.",
    )
    [problem] = result["problems"]
    assert (problem["index"], problem["code"]) == (2, code)
    assert (problem["notification"], problem["backend"]) == (
        wrong["notification"],
        wrong["backend"],
    )
    assert stored(alice) == {CARD_EMAIL: True}


def test_all_wrong_entries_are_listed_in_order(graphql: Graphql, alice: Any) -> None:
    entries = [*WRONG.values(), preference(*CARD_SMS), preference(*CARD_SMS, notify=False)]
    entries += [preference("alarm", "inbox"), preference("", ""), preference("alarm\0", "sms")]
    result = graphql.result(UPDATE, alice, preferences=entries)
    assert result["message"] == "Nothing was written: 9 entries are wrong."
    assert [(problem["index"], problem["code"]) for problem in result["problems"]] == [
        *enumerate(WRONG),
        (6, "DUPLICATE"),
        (7, "BACKEND_NOT_ALLOWED"),
        (8, "UNKNOWN_NOTIFICATION"),
        (9, "UNKNOWN_NOTIFICATION"),
    ]
    assert stored(alice) == {}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            WRONG["UNKNOWN_NOTIFICATION"],
            "There is no notification named 'nonsense'. Allowed: card-declined, alarm, by-fax.",
        ),
        (
            WRONG["UNKNOWN_BACKEND"],
            "There is no backend named 'pigeon'. Allowed: sms, email, inbox.",
        ),
        (
            WRONG["BACKEND_NOT_ALLOWED"],
            "'card-declined' cannot be delivered by 'fax'. Allowed: sms, email, inbox.",
        ),
        (
            preference("by-fax", "fax"),
            "'by-fax' cannot be delivered by 'fax'. Allowed: none.",
        ),
    ],
)
def test_problems_name_the_allowed_values(
    graphql: Graphql, alice: Any, wrong: dict[str, Any], message: str
) -> None:
    [problem] = graphql.result(UPDATE, alice, preferences=[wrong])["problems"]
    assert problem["message"] == message


def test_permissions_allow_setting_their_notifications(graphql: Graphql, alice: Any) -> None:
    grant(alice, "auth.view_group")
    result = graphql.result(UPDATE, alice, preferences=[preference("audit", "inbox")])
    assert result["__typename"] == "UpdatePreferencesSuccess"
    assert stored(alice) == {("audit", "inbox"): True}


def test_clearing_restores_group_values_and_defaults(
    graphql: Graphql, alice: Any, charlie: Any, reviewers: Group
) -> None:
    keep(reviewers, *CARD_SMS, notify=True)
    for user in (alice, charlie):
        keep(user, *CARD_SMS, notify=False)
        keep(user, *CARD_EMAIL, notify=False)
    result = graphql.result(CLEAR, alice)
    assert (result["__typename"], result["cleared"]) == ("ClearPreferencesSuccess", 2)
    assert result["matrices"] == [graphql.data(MATRIX, user=alice)["preferences"]]
    found = cells(result["matrices"][0]["notifications"])
    assert [
        (found[key]["effective"], found[key]["source"])
        for key in ("card-declined.sms", "card-declined.email")
    ] == [(True, "GROUP"), (True, "DEFAULT")]
    assert (stored(alice), len(stored(charlie))) == ({}, 2)


@pytest.mark.parametrize(
    ("narrowed", "kept"),
    [
        ({}, []),
        ({"users": None, "notifications": None, "backends": None}, []),
        ({"notifications": ["alarm"]}, [CARD_SMS, CARD_EMAIL]),
        ({"backends": ["sms"]}, [CARD_EMAIL]),
        ({"notifications": ["card-declined"], "backends": ["sms"]}, [("alarm", "sms"), CARD_EMAIL]),
        ({"notifications": ["by-fax"]}, [CARD_SMS, CARD_EMAIL, ("alarm", "sms")]),
        ({"backends": ["pager", "fax"]}, [CARD_SMS, CARD_EMAIL, ("alarm", "sms")]),
        ({"notifications": []}, [CARD_SMS, CARD_EMAIL, ("alarm", "sms")]),
        ({"backends": []}, [CARD_SMS, CARD_EMAIL, ("alarm", "sms")]),
    ],
)
def test_clearing_is_limited_to_the_given_names(
    graphql: Graphql, alice: Any, narrowed: dict[str, Any], kept: list[tuple[str, str]]
) -> None:
    for key in (CARD_SMS, CARD_EMAIL, ("alarm", "sms")):
        keep(alice, *key, notify=True)
    assert graphql.result(CLEAR, alice, **narrowed)["cleared"] == 3 - len(kept)
    assert stored(alice).keys() == set(kept)


@pytest.mark.parametrize(
    ("narrowed", "problems"),
    [
        ({"notifications": ["nonsense"]}, [(0, "UNKNOWN_NOTIFICATION", "nonsense", None)]),
        ({"notifications": ["a\0b", ""]}, [
            (0, "UNKNOWN_NOTIFICATION", "a\0b", None),
            (1, "UNKNOWN_NOTIFICATION", "", None),
        ]),
        ({"backends": ["sms", "pigeon"]}, [(1, "UNKNOWN_BACKEND", None, "pigeon")]),
        ({"backends": ["sms", "sms"]}, [(1, "DUPLICATE", None, "sms")]),
        (
            {"notifications": ["x", "alarm", "alarm", "x"], "backends": ["y"]},
            [
                (0, "UNKNOWN_NOTIFICATION", "x", None),
                (2, "DUPLICATE", "alarm", None),
                (3, "UNKNOWN_NOTIFICATION", "x", None),
                (0, "UNKNOWN_BACKEND", None, "y"),
            ],
        ),
    ],
)  # fmt: skip
def test_wrong_names_are_listed_and_clear_nothing(
    graphql: Graphql, alice: Any, narrowed: dict[str, Any], problems: list[Any]
) -> None:
    keep(alice, *CARD_SMS, notify=True)
    result = graphql.result(CLEAR, alice, **narrowed)
    assert [
        (problem["index"], problem["code"], problem["notification"], problem["backend"])
        for problem in result["problems"]
    ] == problems
    assert stored(alice) == {CARD_SMS: True}


def test_clearing_requires_no_permission(graphql: Graphql, alice: Any) -> None:
    keep(alice, "audit", "email", notify=True)
    assert graphql.result(CLEAR, alice, notifications=["audit"])["cleared"] == 1
    assert stored(alice) == {}


def test_preferences_of_disabled_backends_can_be_cleared(graphql: Graphql, alice: Any) -> None:
    keep(alice, "card-declined", "fax", notify=True)
    assert graphql.result(CLEAR, alice, backends=["fax"])["cleared"] == 1


def test_a_backend_without_notifications_is_known(graphql: Graphql, alice: Any) -> None:
    result = graphql.result(UPDATE, alice, preferences=[preference("alarm", "pager")])
    assert [problem["code"] for problem in result["problems"]] == ["BACKEND_NOT_ALLOWED"]
    Backend.objects.get(name="pager").delete()
    result = graphql.result(UPDATE, alice, preferences=[preference("alarm", "pager")])
    assert [problem["code"] for problem in result["problems"]] == ["UNKNOWN_BACKEND"]


def test_the_api_reads_preferences_set_in_python(graphql: Graphql, alice: Any) -> None:
    shortcuts.update_preferences("card-declined", alice, {"sms": True})
    found = cells(graphql.data(MATRIX, user=alice)["preferences"]["notifications"])
    assert found["card-declined.sms"]["userValue"] is True


def test_mutations_of_an_operation_run_in_order(graphql: Graphql, alice: Any) -> None:
    data = graphql.data(
        """mutation ($on: UpdatePreferencesInput!, $off: UpdatePreferencesInput!) {
            first: updatePreferences(input: $on) { ...Result }
            second: updatePreferences(input: $off) { ...Result }
            third: clearPreferences(input: {}) { ... on ClearPreferencesSuccess { cleared } }
        }
        fragment Result on UpdatePreferencesResult {
            ... on UpdatePreferencesSuccess { results { outcome cell { effective } } }
        }""",
        {
            "on": {"preferences": [preference(*CARD_SMS)]},
            "off": {"preferences": [preference(*CARD_SMS, notify=False)]},
        },
        alice,
    )
    assert data == {
        "first": {"results": [{"outcome": "CREATED", "cell": {"effective": True}}]},
        "second": {"results": [{"outcome": "UPDATED", "cell": {"effective": False}}]},
        "third": {"cleared": 1},
    }
    assert not UserPrefs.objects.exists()


@pytest.mark.parametrize(
    ("mutation", "values"),
    [
        (UPDATE, {"preferences": [preference(*CARD_SMS)]}),
        (UPDATE, {"preferences": [], "user": "garbage"}),
        (CLEAR, {}),
        (CLEAR, {"users": []}),
    ],
)
def test_anonymous_requests_are_refused(
    graphql: Graphql, alice: Any, mutation: str, values: dict[str, Any]
) -> None:
    assert graphql.result(mutation, None, **values) == {
        "__typename": "NotSignedIn",
        "message": "You are not signed in. Sign in and try again.",
    }
    alice.is_active = False
    alice.save()
    assert graphql.result(mutation, alice, **values)["__typename"] == "NotSignedIn"
    assert not UserPrefs.objects.exists()


def test_the_viewers_id_is_the_default(graphql: Graphql, alice: Any) -> None:
    entries = [preference(*CARD_SMS)]
    result = graphql.result(UPDATE, alice, user=id_of(alice), preferences=entries)
    assert result["__typename"] == "UpdatePreferencesSuccess"
    assert graphql.result(CLEAR, alice, users=[id_of(alice)])["cleared"] == 1
