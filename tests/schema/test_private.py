"""The response for a private notification equals that for an unknown name."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group

from notifications.models import Notification
from schema.ids import global_id
from tests.schema.conftest import Graphql, cell_id, grant, id_of, keep, preference, stored
from tests.schema.documents import (
    CLEAR,
    CLEAR_GROUP,
    GROUP_MATRIX,
    MATRIX,
    NODE,
    NOTIFICATION,
    UPDATE,
    UPDATE_GROUP,
    VIEWER,
)

NAMES = {"notifications": ["alarm", "secret", "secret"], "backends": ["sms", "pigeon"]}


@pytest.fixture(params=["alice", "admin"])
def viewer(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def text_of(answer: Any) -> str:
    return json.dumps(answer)


@pytest.mark.parametrize(
    ("mutation", "values"),
    [
        (UPDATE, {"preferences": [preference("secret", "email")]}),
        (UPDATE, {"preferences": [preference("secret", "pigeon"), preference("secret", "fax")]}),
        (
            UPDATE,
            {
                "preferences": [
                    preference("secret", "sms"),
                    preference("secret", "sms"),
                    preference("x", "y"),
                ]
            },
        ),
        (CLEAR, {"notifications": ["secret"]}),
        (CLEAR, NAMES),
        (
            UPDATE_GROUP,
            {"preferences": [preference("secret", "email"), preference("alarm", "email")]},
        ),
        (CLEAR_GROUP, {"notifications": ["secret"]}),
        (CLEAR_GROUP, NAMES),
    ],
)
def test_mutations(
    graphql: Graphql,
    viewer: Any,
    reviewers: Group,
    mutation: str,
    values: dict[str, Any],
) -> None:
    grant(viewer, "notifications.change_groupprefs", "notifications.view_groupprefs")
    if mutation in (UPDATE_GROUP, CLEAR_GROUP):
        values = {**values, "group": id_of(reviewers)}
    unknown = json.loads(json.dumps(values).replace("secret", "nobody"))
    answers = [text_of(graphql.result(mutation, viewer, **each)) for each in (values, unknown)]
    assert "secret" in answers[0]
    assert answers[0].replace("secret", "nobody") == answers[1]


def test_the_query_by_name(graphql: Graphql, viewer: Any) -> None:
    answers = [
        text_of(graphql(NOTIFICATION, {"name": name}, viewer)) for name in ("secret", "nobody")
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "type_name",
    [
        "Notification",
        "NotificationPreferences",
        "PreferenceCell",
        "GroupNotificationPreferences",
        "GroupPreferenceCell",
    ],
)
def test_nodes(graphql: Graphql, viewer: Any, reviewers: Group, type_name: str) -> None:
    grant(viewer, "notifications.view_groupprefs")
    owner = reviewers if type_name.startswith("Group") else viewer
    [email] = Notification.objects.get(name="secret").backends.filter(name="email")
    answers = []
    for notification in (Notification.objects.get(name="secret").pk, 2**31 - 1):
        keys = {
            "Notification": [notification],
            "NotificationPreferences": [owner.pk, notification],
            "GroupNotificationPreferences": [owner.pk, notification],
        }.get(type_name, [owner.pk, notification, email.pk])
        answers.append(graphql(NODE, {"id": global_id(type_name, *keys)}, viewer))
    assert answers[0] == answers[1] == {"data": {"node": None}}


def test_private_notifications_are_in_no_list(
    graphql: Graphql, viewer: Any, reviewers: Group
) -> None:
    grant(viewer, "notifications.view_groupprefs")
    for owner in (viewer, reviewers):
        keep(owner, "secret", "sms", notify=True)
    text = text_of(
        [
            graphql.data(VIEWER, user=viewer),
            graphql.data(MATRIX, {"user": id_of(viewer)}, viewer),
            graphql.data(GROUP_MATRIX, {"group": id_of(reviewers)}, viewer),
        ]
    )
    assert "alarm" in text
    assert "secret" not in text
    assert cell_id(viewer, "secret", "sms") not in text


@pytest.mark.parametrize("narrowed", [{}, {"backends": ["sms"]}])
def test_private_preferences_are_neither_cleared_nor_counted(
    graphql: Graphql, admin: Any, reviewers: Group, narrowed: dict[str, Any]
) -> None:
    for owner in (admin, reviewers):
        keep(owner, "secret", "sms", notify=True)
        keep(owner, "alarm", "sms", notify=True)
    assert graphql.result(CLEAR, admin, **narrowed)["cleared"] == 1
    result = graphql.result(CLEAR_GROUP, admin, group=id_of(reviewers), **narrowed)
    assert result["cleared"] == 1
    assert stored(admin) == stored(reviewers) == {("secret", "sms"): True}
