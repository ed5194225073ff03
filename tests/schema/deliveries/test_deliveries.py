"""The record of deliveries requires a permission."""

from typing import Any

import pytest

from notifications.models import Backend, State
from schema.ids import global_id
from tests.schema.conftest import Graphql, grant, id_of
from tests.schema.documents import DELIVERIES, NODE
from tests.sent import sent

pytestmark = pytest.mark.usefixtures("any_cost")


@pytest.fixture
def clerk(people: Any) -> Any:
    """A viewer of the record, but not of preferences."""
    return grant(people("clerk"), "notifications.view_sentnotification")


def deliveries(graphql: Graphql, viewer: Any, notification: str = "alarm", **variables: Any) -> Any:
    values = {"notification": notification, **variables}
    return graphql.data(DELIVERIES, values, viewer)["deliveries"]


def test_a_delivery_has_its_state_and_reason(graphql: Graphql, clerk: Any, alice: Any) -> None:
    row = sent(
        alice,
        backend="email",
        key="order-17-shipped",
        state=State.FAILED,
        attempts=5,
        error="DeliveryFailed",
        message="alice@example.org is unknown.",
    )
    [delivery] = deliveries(graphql, clerk)["nodes"]
    assert delivery.pop("notification")["name"] == "alarm"
    assert delivery.pop("backend")["name"] == "email"
    assert delivery == {
        "__typename": "Delivery",
        "id": global_id("Delivery", row.pk),
        "username": "alice",
        "recipient": None,
        "state": "FAILED",
        "attempts": 5,
        "error": "DeliveryFailed",
        "key": "order-17-shipped",
        "decidedBy": "GROUP",
        "groupNames": ["reviewers"],
        "createdAt": row.created.isoformat(),
        "updatedAt": row.updated.isoformat(),
    }


def test_the_recipient_requires_access_to_preferences(
    graphql: Graphql, clerk: Any, alice: Any
) -> None:
    sent(alice)
    sent(clerk)
    own, others = deliveries(graphql, clerk)["nodes"]
    assert own["recipient"]["id"] == id_of(clerk)
    assert (others["recipient"], others["username"]) == (None, "alice")
    grant(clerk, "notifications.view_userprefs")
    [_, others] = deliveries(graphql, clerk)["nodes"]
    assert others["recipient"]["groups"][0]["name"] == "reviewers"


def test_the_record_requires_a_permission(graphql: Graphql, people: Any, alice: Any) -> None:
    support = grant(people("support"), "notifications.view_userprefs")
    row = sent(alice)
    for viewer in (alice, support):
        for name in ("alarm", "secret", "nobody"):
            [error] = graphql(DELIVERIES, {"notification": name}, viewer)["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN"
            assert "notifications.view_sentnotification" in error["message"]
        for key in (row.pk, 2**31):
            assert graphql.code(NODE, {"id": global_id("Delivery", key)}, viewer) == "FORBIDDEN"
    assert graphql.code(DELIVERIES, {"notification": "alarm"}) == "UNAUTHENTICATED"


def test_a_private_notification_is_not_found(graphql: Graphql, clerk: Any, alice: Any) -> None:
    row = sent(alice, "secret")
    answers = []
    for name in ("secret", "nobody"):
        [error] = graphql(DELIVERIES, {"notification": name}, clerk)["errors"]
        assert error["extensions"]["code"] == "NOT_FOUND"
        answers.append(error["message"])
    message = (
        "There is no notification named 'secret'. Allowed: card-declined, alarm, audit, by-fax."
    )
    assert answers == [message, message.replace("secret", "nobody")]
    for key in (row.pk, 2**31):
        answer = graphql(NODE, {"id": global_id("Delivery", key)}, clerk)
        assert answer == {"data": {"node": None}}


def test_pages_and_filters(graphql: Graphql, clerk: Any, alice: Any) -> None:
    one, two, three = (
        global_id("Delivery", sent(alice, backend=backend, state=state).pk)
        for backend, state in (
            ("email", State.FAILED),
            ("sms", State.SENT),
            ("email", State.WITHHELD),
        )
    )

    def ids(**variables: Any) -> list[str]:
        return [node["id"] for node in deliveries(graphql, clerk, **variables)["nodes"]]

    page = deliveries(graphql, clerk, first=2)
    assert [edge["node"] for edge in page["edges"]] == page["nodes"]
    assert [edge["cursor"] for edge in page["edges"]] == [three, two]
    assert page["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": three,
        "endCursor": two,
    }
    assert ids(after=two) == [one]
    assert ids(backend="email") == [three, one]
    assert ids(state="FAILED") == [one]
    assert ids(state="FAILED", backend="sms") == []
    for wrong in ({"first": 101}, {"after": global_id("InboxEntry", 1)}, {"backend": "pigeon"}):
        values = {"notification": "alarm", **wrong}
        assert graphql.code(DELIVERIES, values, clerk) == "BAD_USER_INPUT"


def test_deliveries_of_disabled_backends_remain(graphql: Graphql, clerk: Any, alice: Any) -> None:
    sent(alice, backend="sms")
    Backend.objects.filter(name="sms").update(enabled=False)
    [delivery] = deliveries(graphql, clerk, backend="sms")["nodes"]
    assert delivery["backend"]["name"] == "sms"
    found = {"id": delivery["backend"]["id"]}
    assert graphql.data(NODE, found, clerk)["node"] == delivery["backend"]
    assert graphql.data(NODE, found, alice)["node"] is None


def test_nodes_of_deliveries_are_found(graphql: Graphql, clerk: Any) -> None:
    sent(clerk, "audit")
    [delivery] = deliveries(graphql, clerk, "audit")["nodes"]
    for node in (delivery, delivery["notification"], delivery["backend"], delivery["recipient"]):
        assert graphql.data(NODE, {"id": node["id"]}, clerk)["node"] == node


def test_a_pending_delivery_has_no_decision(graphql: Graphql, clerk: Any, alice: Any) -> None:
    sent(alice, state=State.PENDING, source="", groups=())
    [delivery] = deliveries(graphql, clerk)["nodes"]
    assert (delivery["state"], delivery["decidedBy"]) == ("PENDING", None)


def test_statements_do_not_depend_on_the_size_of_a_page(
    graphql: Graphql, people: Any, reviewers: Any, clerk: Any
) -> None:
    grant(clerk, "notifications.view_userprefs")
    costs = []
    for size in (2, 7):
        for number in range(size):
            user = people(f"user{size}-{number}")
            user.groups.add(reviewers)
            sent(user)
        deliveries(graphql, clerk)  # the first after a change reads the configuration
        costs.append(graphql.statements(DELIVERIES, {"notification": "alarm"}, clerk))
    assert costs == [6, 6]
