"""Queries of notifications and backends."""

from typing import Any

import pytest

from tests.schema.conftest import Graphql
from tests.schema.documents import NOTIFICATION, document


def test_notifications_are_public_permitted_and_in_catalogue_order(
    graphql: Graphql, alice: Any, admin: Any
) -> None:
    query = "{ notifications { name } }"
    names = {
        user: [entry["name"] for entry in graphql.data(query, user=user)["notifications"]]
        for user in (alice, admin)
    }
    assert names == {
        alice: ["card-declined", "alarm", "by-fax"],
        admin: ["card-declined", "alarm", "audit", "by-fax"],
    }


def test_a_notification_has_all_its_texts(graphql: Graphql, admin: Any) -> None:
    found = {
        name: graphql.data(NOTIFICATION, {"name": name}, admin)["notification"]
        for name in ("card-declined", "audit")
    }
    card, audit = found["card-declined"], found["audit"]
    assert (card["displayName"], card["description"], card["category"], card["permissions"]) == (
        "Card declined",
        "A payment did not go through.",
        "Money",
        [],
    )
    assert [backend["name"] for backend in card["backends"]] == ["sms", "email", "inbox"]
    assert (audit["displayName"], audit["permissions"]) == ("audit", ["auth.view_group"])


@pytest.mark.parametrize("name", ["audit", "secret", "nonsense", "", "alarm\0", "ALARM", "\ud800"])
def test_a_hidden_notification_is_null(graphql: Graphql, alice: Any, name: str) -> None:
    assert graphql.data(NOTIFICATION, {"name": name}, alice) == {"notification": None}


def test_all_enabled_backends_are_in_catalogue_order(graphql: Graphql, alice: Any) -> None:
    query = document("{ backends { ...Backend } }")
    found = graphql.data(query, user=alice)["backends"]
    assert [(backend["name"], backend["displayName"]) for backend in found] == [
        ("sms", "SMS"),
        ("email", "E-mail"),
        ("inbox", "inbox"),
        ("pager", "pager"),
    ]
    assert found[0]["description"] == "To your phone."
