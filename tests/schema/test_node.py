"""`node` requires the permissions of the other queries."""

from typing import Any

import pytest
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import Group

from notifications.access import MAX_GROUPS
from notifications.models import Backend, Notification
from project.models import GroupManager
from schema.ids import global_id
from tests.schema.conftest import Graphql, cell_id, grant, id_of
from tests.schema.documents import NODE
from tests.sent import sent

pytestmark = pytest.mark.usefixtures("any_cost")

VISIBLE, HIDDEN, FORBIDDEN = "visible", "null", "FORBIDDEN"

WHO = ("alice", "charlie", "bob", "support", "auditor", "admin")
TABLE = {
    # what:                    alice   charlie    bob        support    auditor    admin
    "alice": (VISIBLE, FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE),
    "alice's matrix": (VISIBLE, FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE),
    "alice's row": (VISIBLE, FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE),
    "alice's cell": (VISIBLE, FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE),
    "alice's withheld row": (HIDDEN, FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE),
    "alice's withheld cell": (HIDDEN, FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE),
    "alice's cell of no backend": (HIDDEN, FORBIDDEN, FORBIDDEN, HIDDEN, FORBIDDEN, HIDDEN),
    "her group": (VISIBLE, HIDDEN, VISIBLE, VISIBLE, VISIBLE, VISIBLE),
    "the group's matrix": (FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE, VISIBLE),
    "the group's row": (FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE, VISIBLE),
    "the group's cell": (FORBIDDEN, FORBIDDEN, VISIBLE, FORBIDDEN, VISIBLE, VISIBLE),
    "a notification": (VISIBLE, VISIBLE, VISIBLE, VISIBLE, VISIBLE, VISIBLE),
    "a notification with a permission": (HIDDEN, HIDDEN, VISIBLE, VISIBLE, VISIBLE, VISIBLE),
    "a private one": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "a backend": (VISIBLE, VISIBLE, VISIBLE, VISIBLE, VISIBLE, VISIBLE),
    "a disabled backend": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, VISIBLE),
    "alice's inbox": (VISIBLE, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "an entry of it": (VISIBLE, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "what is not for her inbox": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "a delivery": (FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, VISIBLE),
    "one of what is private": (FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, HIDDEN),
}


@pytest.fixture
def support(people: Any) -> Any:
    """May see all users' preferences."""
    return grant(people("support"), "notifications.view_userprefs")


@pytest.fixture
def auditor(people: Any) -> Any:
    """May see all groups' preferences."""
    return grant(people("auditor"), "notifications.view_groupprefs")


def row_id(owner: Any, name: str, prefix: str = "") -> str:
    notification = Notification.objects.get(name=name)
    return global_id(f"{prefix}NotificationPreferences", owner.pk, notification.pk)


@pytest.fixture
def ids(catalogue: None, alice: Any, reviewers: Group) -> dict[str, str]:
    entry, mail, private = (
        sent(alice, *about).pk for about in ((), ("alarm", "email"), ("secret", "email"))
    )
    return {
        "alice's inbox": global_id("InboxSummary", alice.pk),
        "an entry of it": global_id("InboxEntry", entry),
        "what is not for her inbox": global_id("InboxEntry", mail),
        "a delivery": global_id("Delivery", mail),
        "one of what is private": global_id("Delivery", private),
        "alice": id_of(alice),
        "alice's matrix": global_id("PreferenceMatrix", alice.pk),
        "alice's row": row_id(alice, "alarm"),
        "alice's cell": cell_id(alice, "alarm", "sms"),
        "alice's withheld row": row_id(alice, "audit"),
        "alice's withheld cell": cell_id(alice, "audit", "email"),
        "alice's cell of no backend": cell_id(alice, "alarm", "inbox"),
        "her group": id_of(reviewers),
        "the group's matrix": global_id("GroupPreferenceMatrix", reviewers.pk),
        "the group's row": row_id(reviewers, "audit", prefix="Group"),
        "the group's cell": cell_id(reviewers, "audit", "email"),
        "a notification": id_of(Notification.objects.get(name="alarm")),
        "a notification with a permission": id_of(Notification.objects.get(name="audit")),
        "a private one": id_of(Notification.objects.get(name="secret")),
        "a backend": id_of(Backend.objects.get(name="pager")),
        "a disabled backend": id_of(Backend.objects.get(name="fax")),
    }


@pytest.mark.parametrize("what", TABLE)
def test_access_to_each_type(
    graphql: Graphql, request: pytest.FixtureRequest, ids: dict[str, str], what: str
) -> None:
    outcomes = []
    for who in WHO:
        answer = graphql(NODE, {"id": ids[what]}, request.getfixturevalue(who))
        node, errors = answer["data"]["node"], answer.get("errors", [])
        outcomes.append(errors[0]["extensions"]["code"] if errors else VISIBLE if node else HIDDEN)
        assert node is None or node["id"] == ids[what]
    assert tuple(outcomes) == TABLE[what]


@pytest.mark.parametrize("what", TABLE)
def test_anonymous_requests_find_nothing(graphql: Graphql, ids: dict[str, str], what: str) -> None:
    assert graphql.code(NODE, {"id": ids[what]}) == "UNAUTHENTICATED"


def test_a_notification_is_found_by_users_who_may_set_it(graphql: Graphql, charlie: Any) -> None:
    grant(charlie, "auth.view_group")
    id_ = id_of(Notification.objects.get(name="audit"))
    assert graphql.data(NODE, {"id": id_}, charlie)["node"]["name"] == "audit"


@pytest.mark.parametrize("what", TABLE)
def test_deleted_objects_are_not_found(
    graphql: Graphql, admin: Any, alice: Any, reviewers: Group, ids: dict[str, str], what: str
) -> None:
    alice.delete()
    reviewers.delete()
    Notification.objects.all().delete()
    Backend.objects.all().delete()
    assert graphql(NODE, {"id": ids[what]}, admin) == {"data": {"node": None}}


NAME = "query ($id: ID!) { node(id: $id) { ... on Notification { name } } }"


class CountingBackend(BaseBackend):
    """Authentication backend that grants nothing and counts its calls."""

    times = 0

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        CountingBackend.times += isinstance(obj, Group)
        return False


def test_a_hidden_notification_checks_few_groups(
    graphql: Graphql,
    charlie: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        f"{CountingBackend.__module__}.{CountingBackend.__qualname__}",
    ]
    monkeypatch.setattr(CountingBackend, "times", 0)
    Group.objects.bulk_create(Group(name=f"group-{number}") for number in range(300))
    charlie.groups.set(Group.objects.all())
    id_ = id_of(Notification.objects.get(name="audit"))
    with django_assert_max_num_queries(40):
        assert graphql.data(NAME, {"id": id_}, charlie) == {"node": None}
    assert 0 < CountingBackend.times <= 2 * MAX_GROUPS * 2  # each name, notifications.… and auth.…


def test_a_manager_of_any_group_finds_a_hidden_notification(graphql: Graphql, bob: Any) -> None:
    GroupManager.objects.all().delete()
    Group.objects.bulk_create(Group(name=f"group-{number}") for number in range(2 * MAX_GROUPS))
    GroupManager.objects.create(group=Group.objects.latest("pk"), user=bob)
    id_ = id_of(Notification.objects.get(name="audit"))
    assert graphql.data(NAME, {"id": id_}, bob)["node"]["name"] == "audit"
