"""Databases of requests: the primary for mutations and pages, a replica for queries."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from notifications.database import routing
from notifications.models import GroupPrefs, Notification, SentNotification, UserPrefs
from notifications.unsubscribe import links
from tests.notifications.settings_page.form_data import submission
from tests.routers import Forbidden
from tests.schema.conftest import Graphql, grant, id_of, preference
from tests.sent import sent

ROWS = "notifications { notification { name } cells { id effective source editable } }"
MATRIX = f"user {{ username groups {{ name }} }} {ROWS} withheld {{ id }}"
ENTRY = "id title text reason read about { name }"
OTHERS = f"matrix {{ group {{ name }} {ROWS.replace('effective source', 'value')} }}"
SUMMARY = "unreadCount summary { unreadCount }"

MUTATIONS = {
    "updatePreferences": f"results {{ outcome cell {{ id }} }} matrix {{ {MATRIX} }}",
    "clearPreferences": f"cleared matrices {{ {MATRIX} }}",
    "updateGroupPreferences": f"results {{ outcome }} {OTHERS} matrices {{ {MATRIX} }}",
    "clearGroupPreferences": f"cleared {OTHERS} matrices {{ {MATRIX} }}",
    "markRead": f"entries {{ {ENTRY} }} {SUMMARY}",
    "markAllRead": f"marked entries {{ {ENTRY} }} {SUMMARY}",
}


@pytest.fixture(autouse=True)
def signed_in(graphql: Graphql, alice: Any, bob: Any, charlie: Any, admin: Any) -> None:
    for user in (alice, bob, charlie, admin):
        graphql.client(user)


@pytest.fixture
def entry(catalogue: None, alice: Any) -> SentNotification:
    return sent(alice, "card-declined", context={"message": "No."})


def inputs(alice: Any, reviewers: Group, entry: SentNotification) -> dict[str, Any]:
    own, group = {"preferences": [preference("alarm", "sms")]}, {"group": id_of(reviewers)}
    return {
        "updatePreferences": {**own, "user": id_of(alice)},
        "clearPreferences": {"users": [id_of(alice)], "notifications": ["alarm"]},
        "updateGroupPreferences": {**own, **group, "matricesOf": [id_of(alice)]},
        "clearGroupPreferences": {**group, "matricesOf": [id_of(alice)]},
        "markRead": {"ids": []},
        "markAllRead": {"first": 5},
    }


def mutate(graphql: Graphql, field: str, value: Any, user: Any) -> Any:
    type_ = f"{field[0].upper()}{field[1:]}"
    return graphql.data(
        f"mutation ($input: {type_}Input!) {{ {field}(input: $input) {{ __typename"
        f" ... on {type_}Success {{ {MUTATIONS[field]} }} }} }}",
        {"input": value},
        user,
    )[field]


@pytest.mark.parametrize("field", MUTATIONS)
@pytest.mark.parametrize("person", ["alice", "admin"])
def test_mutations_use_the_primary(
    graphql: Graphql,
    entry: SentNotification,
    replica: None,
    alice: Any,
    admin: Any,
    reviewers: Group,
    field: str,
    person: str,
) -> None:
    value = inputs(alice, reviewers, entry)[field]
    result = mutate(graphql, field, value, {"alice": alice, "admin": admin}[person])
    of_groups = person == "alice" and "Group" in field
    others = person == "admin" or not of_groups
    expected = f"{field[0].upper()}{field[1:]}Success" if others else "Forbidden"
    assert result["__typename"] == expected


@pytest.fixture
def support(charlie: Any) -> Any:
    return grant(charlie, "notifications.change_userprefs", "notifications.view_userprefs")


def test_permissions_of_a_mutation_are_read_from_the_primary(
    graphql: Graphql, support: Any, replica: None, alice: Any, bob: Any, reviewers: Group
) -> None:
    changed = {"user": id_of(alice), "preferences": [preference("alarm", "sms")]}
    done = mutate(graphql, "updatePreferences", changed, support)
    assert done["results"][0]["outcome"] == "CREATED"
    group = {
        "group": id_of(reviewers),
        "preferences": [preference("alarm", "sms")],
        "matricesOf": [],
    }
    done = mutate(graphql, "updateGroupPreferences", group, bob)
    assert done["results"] == [{"outcome": "CREATED"}]
    with routing.read_your_writes():
        assert stored_by_key(UserPrefs, alice) == stored_by_key(GroupPrefs, reviewers) == [True]


def stored_by_key(model: Any, subject: Any) -> list[bool]:
    return list(model.objects.of([subject.pk]).values_list("notify", flat=True))


def test_entries_are_marked_on_the_primary(
    graphql: Graphql, entry: SentNotification, replica: None, alice: Any
) -> None:
    done = mutate(graphql, "markAllRead", {"first": 1}, alice)
    assert (done["marked"], done["unreadCount"]) == (1, 0)
    again = mutate(graphql, "markRead", {"ids": [done["entries"][0]["id"]]}, alice)
    assert again["entries"][0]["read"]


@pytest.mark.parametrize(
    "query",
    [
        "{ preferences { notifications { cells { effective } } } }",
        "{ notifications { name } }",
        "{ backends { name } }",
        "{ inbox { unreadCount } }",
        "{ viewer { groups { name } } }",
    ],
)
def test_queries_use_the_replica(graphql: Graphql, replica: None, alice: Any, query: str) -> None:
    client = graphql.client(alice)
    client.raise_request_exception = True
    answer = graphql(query, user=alice)
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    with routing.read_your_writes():
        assert graphql.data(query, user=alice)


def test_pages_use_the_primary(
    graphql: Graphql, replica: None, alice: Any, bob: Any, reviewers: Group
) -> None:
    for user, url in (
        (alice, reverse("notifications:preferences")),
        (bob, reverse("notifications:group", args=[reviewers.pk])),
    ):
        client = graphql.client(user)
        page = client.get(url)
        assert page.status_code == 200
        answer = client.post(url, submission(page.content.decode()), follow=True)
        assert answer.status_code == 200
    with pytest.raises(Forbidden):
        alice.groups.count()


def test_links_in_messages_use_the_primary(
    graphql: Graphql, alice: Any, client: Any, settings: Any, replica: None
) -> None:
    with routing.read_your_writes():
        about = Notification.objects.get(name="card-declined")
    token = links.token(user=alice.pk, notification=about.pk, backend="email")
    url = reverse("notifications:unsubscribe", args=[token])
    assert client.get(url).status_code == client.post(url).status_code == 200
    with routing.read_your_writes():
        assert stored_by_key(UserPrefs, alice) == [False]
