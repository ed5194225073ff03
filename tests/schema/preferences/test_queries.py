"""Queries of the viewer's matrix."""

from typing import Any

import pytest
from django.contrib.auth.models import Group

from notifications.models import NotificationBackend, UserPrefs
from tests.conftest import make_user
from tests.schema.conftest import Graphql, cells, grant, id_of, keep
from tests.schema.documents import MATRIX, VIEWER


def test_the_matrix_has_rows_and_columns_in_catalogue_order(graphql: Graphql, alice: Any) -> None:
    matrix = graphql.data(MATRIX, user=alice)["preferences"]
    assert [backend["name"] for backend in matrix["backends"]] == ["sms", "email", "inbox"]
    assert list(cells(matrix["notifications"])) == [
        "card-declined.sms",
        "card-declined.email",
        "card-declined.inbox",
        "alarm.sms",
        "alarm.email",
    ]
    assert matrix["user"]["username"] == "alice"
    assert [group["name"] for group in matrix["user"]["groups"]] == ["reviewers"]


def test_columns_are_the_backends_of_the_rows(graphql: Graphql, admin: Any, alice: Any) -> None:
    NotificationBackend.objects.filter(backend__name="inbox").exclude(
        notification__name="audit"
    ).delete()
    columns = {
        user: [
            backend["name"]
            for backend in graphql.data(MATRIX, user=user)["preferences"]["backends"]
        ]
        for user in (alice, admin)
    }
    assert columns == {alice: ["sms", "email"], admin: ["sms", "email", "inbox"]}


def test_each_cell_has_its_value_and_source(graphql: Graphql, alice: Any, reviewers: Group) -> None:
    keep(reviewers, "card-declined", "inbox", notify=True)
    keep(reviewers, "card-declined", "sms", notify=True)
    keep(alice, "card-declined", "sms", notify=False)
    keep(alice, "alarm", "email", notify=False)  # from before it was required
    found = cells(graphql.data(MATRIX, user=alice)["preferences"]["notifications"])
    fields = ("effective", "source", "userValue", "groupValue", "defaultValue", "editable")
    assert {key: tuple(cell[field] for field in fields) for key, cell in found.items()} == {
        "card-declined.sms": (False, "USER", False, True, False, True),
        "card-declined.email": (True, "DEFAULT", None, None, True, True),
        "card-declined.inbox": (True, "GROUP", None, True, False, True),
        "alarm.sms": (False, "DEFAULT", None, None, False, True),
        "alarm.email": (True, "REQUIRED", False, None, True, False),
    }


def test_the_user_defaults_to_the_viewer(graphql: Graphql, alice: Any) -> None:
    answers = [
        graphql.data(MATRIX, variables, alice)
        for variables in ({}, {"user": None}, {"user": id_of(alice)})
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["preferences"]["user"]["id"] == id_of(alice)


def test_withheld_rows_require_the_permission(graphql: Graphql, alice: Any, charlie: Any) -> None:
    query, variables = MATRIX, {"user": id_of(alice)}
    assert graphql.data(query, variables, alice)["preferences"]["withheld"] == []
    grant(charlie, "notifications.view_userprefs")
    matrix = graphql.data(query, variables, charlie)["preferences"]
    withheld = cells(matrix["withheld"])
    assert list(withheld) == ["audit.email", "audit.inbox"]
    assert {
        (cell["effective"], cell["source"], cell["editable"]) for cell in withheld.values()
    } == {(False, "PERMISSION", False)}


def test_all_rows_of_an_inactive_user_are_withheld(graphql: Graphql, admin: Any) -> None:
    dave = make_user("dave", is_active=False)
    matrix = graphql.data(MATRIX, {"user": id_of(dave)}, admin)["preferences"]
    assert (matrix["notifications"], matrix["backends"]) == ([], [])
    assert len(matrix["withheld"]) == 3


def test_a_superuser_sees_every_public_row(graphql: Graphql, admin: Any) -> None:
    matrix = graphql.data(MATRIX, user=admin)["preferences"]
    assert [row["notification"]["name"] for row in matrix["notifications"]] == [
        "card-declined",
        "alarm",
        "audit",
    ]


def test_reading_writes_nothing(graphql: Graphql, admin: Any) -> None:
    graphql.data(VIEWER, user=admin)
    assert not UserPrefs.objects.exists()


ROW = (
    "query ($user: ID, $name: String!) { preferences(user: $user) {"
    " notification(name: $name) { cells { source } } } }"
)


@pytest.mark.parametrize(
    ("name", "to_her", "to_others"),
    [
        ("alarm", ["DEFAULT", "REQUIRED"], ["DEFAULT", "REQUIRED"]),
        ("audit", None, ["PERMISSION", "PERMISSION"]),
        ("by-fax", None, None),  # without an enabled backend it is no row
        ("secret", None, None),
        ("nonsense", None, None),
        ("", None, None),
    ],
)
def test_one_row_can_be_selected_by_name(
    graphql: Graphql,
    alice: Any,
    charlie: Any,
    name: str,
    to_her: list[str] | None,
    to_others: list[str] | None,
) -> None:
    grant(charlie, "notifications.view_userprefs")
    sources = []
    for viewer in (alice, charlie):
        variables = {"user": id_of(alice), "name": name}
        row = graphql.data(ROW, variables, viewer)["preferences"]["notification"]
        sources.append(row and [cell["source"] for cell in row["cells"]])
    assert sources == [to_her, to_others]


@pytest.mark.parametrize("operation_first", [True, False])
def test_ids_are_selected_by_fragments_in_any_order(
    graphql: Graphql, alice: Any, *, operation_first: bool
) -> None:
    parts = [
        "query Q { preferences { notifications { ...Row } } }",
        "fragment Row on NotificationPreferences { id cells { id } }",
    ]
    document = " ".join(parts if operation_first else reversed(parts))
    [row, *_] = graphql.data(document, user=alice)["preferences"]["notifications"]
    assert row["id"]
    assert all(cell["id"] for cell in row["cells"])
