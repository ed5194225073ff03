"""Bounds of the lists in the input of a mutation, and of the matrices in its answer."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from notifications.models import Backend, Notification, NotificationBackend, UserPrefs
from schema.ids import global_id, parse
from tests.conftest import make_user
from tests.schema.conftest import Graphql, grant, id_of, preference, stored
from tests.schema.documents import CLEAR, CLEAR_GROUP, UPDATE, UPDATE_GROUP
from tests.schema.limits.conftest import refusals

pytestmark = pytest.mark.usefixtures("any_cost")

SHORT_CLEAR = (
    "mutation ($input: ClearPreferencesInput!) { clearPreferences(input: $input) {"
    " __typename ... on ClearPreferencesSuccess { cleared matrices { id } } } }"
)
SHORT_UPDATE = (
    "mutation ($input: UpdatePreferencesInput!) { updatePreferences(input: $input) {"
    " __typename ... on UpdatePreferencesSuccess { results { outcome } } } }"
)


@pytest.mark.parametrize(
    ("mutation", "values"),
    [
        (UPDATE, {"preferences": [preference("nonsense", "x")] * 1001}),
        (CLEAR, {"users": ["garbage"] * 1001}),
        (CLEAR, {"notifications": ["nonsense"] * 1001}),
        (CLEAR, {"backends": ["nonsense"] * 1001}),
        (UPDATE_GROUP, {"preferences": [preference("nonsense", "x")] * 1001}),
        (UPDATE_GROUP, {"preferences": [], "matricesOf": ["garbage"] * 1001}),
        (CLEAR_GROUP, {"notifications": ["nonsense"] * 1001}),
        (CLEAR_GROUP, {"backends": ["nonsense"] * 1001}),
        (CLEAR_GROUP, {"matricesOf": ["garbage"] * 1001}),
    ],
)
def test_one_entry_above_the_limit_is_a_problem(
    graphql: Graphql, bob: Any, reviewers: Group, mutation: str, values: dict[str, Any]
) -> None:
    if mutation in (UPDATE_GROUP, CLEAR_GROUP):
        values = {**values, "group": id_of(reviewers)}
    result = graphql.result(mutation, bob, **values)
    assert result["problems"] == [
        {
            "index": 1000,
            "notification": None,
            "backend": None,
            "code": "TOO_MANY",
            "message": "The list has 1,001 entries; allowed in one call: 1,000.",
        }
    ]


def test_every_list_that_is_too_long_is_a_problem(graphql: Graphql, alice: Any) -> None:
    names = ["nonsense"] * 2000
    result = graphql.result(CLEAR, alice, users=names, notifications=names, backends=names)
    assert [problem["code"] for problem in result["problems"]] == ["TOO_MANY"] * 3


def test_a_thousand_preferences_are_updated(graphql: Graphql, alice: Any) -> None:
    notifications = Notification.objects.bulk_create(
        [Notification(name=f"n{number}") for number in range(500)]
    )
    backends = Backend.objects.filter(name__in=["sms", "email"])
    NotificationBackend.objects.bulk_create(
        [
            NotificationBackend(notification=notification, backend=backend)
            for notification in notifications
            for backend in backends
        ]
    )
    preferences = [
        preference(notification.name, backend)
        for notification in notifications
        for backend in ("sms", "email")
    ]
    data = graphql.data(SHORT_UPDATE, {"input": {"preferences": preferences}}, alice)
    outcomes = [entry["outcome"] for entry in data["updatePreferences"]["results"]]
    assert outcomes == ["CREATED"] * 1000
    assert len(stored(alice)) == 1000


@pytest.fixture
def thousand(db: None) -> list[str]:
    """Ids of a thousand users with a preference each."""
    model = get_user_model()
    users = model._default_manager.bulk_create(
        [model(**{model.USERNAME_FIELD: f"user{number}"}) for number in range(1000)]
    )
    alarm, sms = Notification.objects.get(name="alarm"), Backend.objects.get(name="sms")
    UserPrefs.objects.bulk_create(
        [UserPrefs(user=user, notification=alarm, backend=sms) for user in users]
    )
    return [id_of(user) for user in users]


def test_preferences_of_a_thousand_users_are_cleared(
    graphql: Graphql, admin: Any, thousand: list[str]
) -> None:
    cleared = SHORT_CLEAR.replace("matrices { id }", "")
    result = graphql.data(cleared, {"input": {"users": thousand}}, admin)["clearPreferences"]
    assert result["cleared"] == 1000


@pytest.mark.parametrize("count", [100, 101])
def test_matrices_of_a_mutation_are_bounded(
    graphql: Graphql, admin: Any, thousand: list[str], settings: Any, count: int
) -> None:
    settings.NOTIFICATION_GRAPHQL = {}
    answer = graphql(SHORT_CLEAR, {"input": {"users": thousand[:count]}}, admin)
    if count == 100:
        matrices = answer["data"]["clearPreferences"]["matrices"]
        keys = [global_id("PreferenceMatrix", parse(id_)[1]) for id_ in thousand[:count]]
        assert [matrix["id"] for matrix in matrices] == keys
    else:
        [error] = answer["errors"]
        assert error["message"] == "The request selects 101 matrices; allowed: 100."
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert UserPrefs.objects.count() == 1000


def test_a_thousand_unknown_names_are_reported(graphql: Graphql, alice: Any) -> None:
    names = [f"nonsense{number}" for number in range(1000)]
    result = graphql.result(CLEAR, alice, notifications=names, backends=names)
    assert [problem["index"] for problem in result["problems"]] == [*range(1000), *range(1000)]


def test_long_names_are_truncated(graphql: Graphql, alice: Any) -> None:
    name = "n" * 100_000
    result = graphql.result(UPDATE, alice, preferences=[preference(name, name)])
    [problem] = result["problems"]
    assert problem["notification"] == problem["backend"] == f"{'n' * 500} …"
    assert len(problem["message"]) < 510


def test_matrices_are_read_up_to_their_limit(
    graphql: Graphql, alice: Any, bob: Any, reviewers: Group, settings: Any
) -> None:
    grant(alice, "notifications.view_userprefs", "notifications.view_groupprefs")
    document = (
        f'{{ a: preferences {{ id }} b: preferences(user: "{id_of(alice)}") {{ id }}'
        f' c: preferences(user: "{id_of(bob)}") {{ id }}'
        f' d: groupPreferences(group: "{id_of(reviewers)}") {{ id }} }}'
    )
    settings.NOTIFICATION_GRAPHQL = {"MAX_MATRICES": 3}
    assert len(graphql.data(document, user=alice)) == 4
    settings.NOTIFICATION_GRAPHQL = {"MAX_MATRICES": 2}
    assert refusals(graphql(document, user=alice)) == [
        "The request selects 3 matrices; allowed: 2."
    ]


def test_a_hundred_matrices_are_read(graphql: Graphql, admin: Any) -> None:
    users = [make_user(f"user{number}") for number in range(100)]
    fields = "{ notifications { cells { effective } } }"
    document = " ".join(
        f'a{number}: preferences(user: "{id_of(user)}") {fields}'
        for number, user in enumerate(users)
    )
    assert len(graphql.data(f"{{ {document} }}", user=admin)) == 100


def test_entries_are_accepted_up_to_their_limit(
    graphql: Graphql, alice: Any, settings: Any
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"MAX_ENTRIES": 1}
    preferences = [preference("card-declined", "sms"), preference("card-declined", "email")]
    done = graphql.result(UPDATE, alice, preferences=preferences[:1])
    assert done["__typename"] == "UpdatePreferencesSuccess"
    [problem] = graphql.result(UPDATE, alice, preferences=preferences)["problems"]
    assert (problem["code"], problem["index"], problem["message"]) == (
        "TOO_MANY",
        1,
        "The list has 2 entries; allowed in one call: 1.",
    )
