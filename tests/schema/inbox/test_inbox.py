"""The viewer's inbox: pages by Relay's specification, and read entries."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from notifications.models import Notification, SentNotification
from schema.ids import global_id
from tests.schema.conftest import Graphql, id_of
from tests.schema.documents import INBOX, MARK_ALL_READ, MARK_READ
from tests.schema.normalised_cache import merge, normalise
from tests.sent import sent

pytestmark = pytest.mark.usefixtures("any_cost")


def entry_id(row: SentNotification) -> str:
    return global_id("InboxEntry", row.pk)


def read(user: Any) -> list[bool]:
    rows = SentNotification.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("read", flat=True))


@pytest.fixture
def three(graphql: Graphql, alice: Any) -> list[str]:
    """IDs of alice's entries, oldest first."""
    return [entry_id(sent(alice, context={"message": f"{n} bottles"})) for n in range(3)]


def test_an_entry_has_its_notification_and_reason(graphql: Graphql, alice: Any) -> None:
    groups = ("Developers", "Reviewers")
    row = sent(alice, groups=groups, context={"message": "1 < 2", "url": "/x/"})
    [entry] = graphql.data(INBOX, user=alice)["inbox"]["nodes"]
    assert entry["id"] == entry_id(row)
    assert entry["about"]["name"] == "alarm"
    assert (entry["title"], entry["text"]) == ("alarm", "1 < 2\n/x/")
    assert (entry["decidedBy"], entry["groupNames"]) == ("GROUP", list(groups))
    assert (
        entry["reason"]
        == "You receive this because your groups Developers, Reviewers have it turned on."
    )
    assert datetime.fromisoformat(entry["sentAt"]) == row.updated
    assert entry["read"] is False


def test_an_entry_sent_regardless_of_preferences_has_no_source(
    graphql: Graphql, alice: Any
) -> None:
    sent(alice, source="", groups=())
    [entry] = graphql.data(INBOX, user=alice)["inbox"]["nodes"]
    assert (entry["decidedBy"], entry["groupNames"], entry["reason"]) == (None, [], "")
    former = graphql.data("{ inbox { nodes { source } } }", user=alice)
    assert former == {"inbox": {"nodes": [{"source": "REQUIRED"}]}}


def test_pages_follow_each_other_to_the_end(graphql: Graphql, alice: Any, three: list[str]) -> None:
    first = graphql.data(INBOX, {"first": 2}, alice)["inbox"]
    assert [edge["node"]["id"] for edge in first["edges"]] == [three[2], three[1]]
    assert [edge["node"] for edge in first["edges"]] == first["nodes"]
    start, end = (edge["cursor"] for edge in first["edges"])
    assert first["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": start,
        "endCursor": end,
    }
    sent(alice)  # what arrives meanwhile shifts nothing
    second = graphql.data(INBOX, {"first": 2, "after": end}, alice)["inbox"]
    assert [node["id"] for node in second["nodes"]] == [three[0]]
    assert second["pageInfo"]["hasNextPage"] is False
    assert second["pageInfo"]["hasPreviousPage"] is True
    last = graphql.data(INBOX, {"after": second["pageInfo"]["endCursor"]}, alice)["inbox"]
    assert last["nodes"] == []
    assert last["pageInfo"]["startCursor"] is last["pageInfo"]["endCursor"] is None


def test_read_entries_are_filtered_and_not_counted(
    graphql: Graphql, alice: Any, three: list[str]
) -> None:
    graphql.result(MARK_READ, alice, ids=[three[1]])
    page = graphql.data(INBOX, {"unreadOnly": True, "first": 1}, alice)["inbox"]
    assert [node["id"] for node in page["nodes"]] == [three[2]]
    assert page["unreadCount"] == page["summary"]["unreadCount"] == 2


@pytest.mark.parametrize("first", [-1, 0, 101, 2**31 - 1])
def test_the_length_of_a_page_is_bounded(graphql: Graphql, alice: Any, first: int) -> None:
    [error] = graphql(INBOX, {"first": first}, alice)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == f"'first' cannot be used. It is {first:,}. Allowed: 1 to 100."
    for allowed in (1, 100, None):
        assert graphql.data(INBOX, {"first": allowed}, alice)


@pytest.mark.parametrize(
    "cursor",
    ["", "nonsense", "\0", global_id("InboxEntry", "one"), global_id("Delivery", 1)],
)
def test_invalid_cursors_are_refused(graphql: Graphql, alice: Any, cursor: str) -> None:
    [error] = graphql(INBOX, {"after": cursor}, alice)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    reason = f"It is {cursor!r}. Allowed: a cursor of an edge."
    assert error["message"] == f"'after' cannot be used. {reason}"
    result = graphql.result(MARK_ALL_READ, alice, upTo=cursor)
    assert result["__typename"] == "InvalidInput"
    assert (result["field"], result["message"]) == ("upTo", f"'upTo' cannot be used. {reason}")


def test_a_cursor_outlasts_its_entry(graphql: Graphql, alice: Any, three: list[str]) -> None:
    SentNotification.objects.latest("pk").delete()
    page = graphql.data(INBOX, {"after": three[2]}, alice)["inbox"]
    assert [node["id"] for node in page["nodes"]] == [three[1], three[0]]
    for beyond in (2**63 - 1, 2**31):
        cursor = global_id("InboxEntry", beyond)
        assert len(graphql.data(INBOX, {"after": cursor}, alice)["inbox"]["nodes"]) == 2
        assert graphql.result(MARK_ALL_READ, alice, upTo=cursor)["unreadCount"] == 0


def test_marked_entries_are_returned_as_read(
    graphql: Graphql, alice: Any, three: list[str]
) -> None:
    for _ in range(2):  # safe to repeat
        result = graphql.result(MARK_READ, alice, ids=[three[2], three[0], three[2]])
        assert [(entry["id"], entry["read"]) for entry in result["entries"]] == [
            (three[2], True),
            (three[0], True),
        ]
        assert result["unreadCount"] == result["summary"]["unreadCount"] == 1
    assert read(alice) == [True, False, True]
    assert graphql.result(MARK_READ, alice, ids=[])["entries"] == []


def test_entries_of_others_are_not_found(
    graphql: Graphql, alice: Any, bob: Any, admin: Any, three: list[str]
) -> None:
    unknown = global_id("InboxEntry", 2**31)
    for viewer, mine in ((bob, sent(bob)), (admin, sent(admin))):
        answers = [
            graphql.result(MARK_READ, viewer, ids=[entry_id(mine), id_])
            for id_ in (three[0], unknown)
        ]
        assert answers[0] == {
            "__typename": "NotFound",
            "id": three[0],
            "message": f"No object with the ID {three[0]!r} was found.",
        }
        assert answers[0]["message"].replace(three[0], unknown) == answers[1]["message"]
        assert read(viewer) == [False]
        assert graphql.result(MARK_ALL_READ, viewer, upTo=three[2])["marked"] == 0
    assert read(alice) == [False] * 3


def test_all_is_marked_up_to_a_cursor(graphql: Graphql, alice: Any, three: list[str]) -> None:
    newest = graphql.data(INBOX, {"first": 1}, alice)["inbox"]["pageInfo"]["startCursor"]
    since = entry_id(sent(alice))
    for marked in (3, 0):
        result = graphql.result(MARK_ALL_READ, alice, upTo=newest, first=2)
        assert (result["marked"], result["unreadCount"]) == (marked, 1)
        assert [(entry["id"], entry["read"]) for entry in result["entries"]] == [
            (three[2], True),
            (three[1], True),
        ]
    result = graphql.result(MARK_ALL_READ, alice)
    assert (result["marked"], result["unreadCount"]) == (1, 0)
    assert [entry["id"] for entry in result["entries"]] == [since, *three[::-1]]


def test_lists_are_bounded_before_anything_is_written(
    graphql: Graphql, alice: Any, three: list[str], settings: Any
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"MAX_ENTRIES": 2}
    result = graphql.result(MARK_READ, alice, ids=three)
    assert (result["__typename"], result["field"]) == ("InvalidInput", "ids")
    assert (
        result["message"] == "'ids' cannot be used. The list has 3 entries; allowed in one call: 2."
    )
    for first in (0, 3):
        result = graphql.result(MARK_ALL_READ, alice, first=first)
        assert (result["__typename"], result["field"]) == ("InvalidInput", "first")
    assert read(alice) == [False] * 3


def test_a_normalised_cache_needs_no_refetch(
    graphql: Graphql, alice: Any, three: list[str]
) -> None:
    def held() -> Any:
        return normalise(graphql.data(INBOX, user=alice))

    mutations: list[tuple[str, Any]] = [(MARK_READ, {"ids": three[:2]}), (MARK_ALL_READ, {})]
    for mutation, values in mutations:
        before = held()
        result = graphql.result(mutation, alice, **values)
        assert before != held() == merge(before, result)


def test_anonymous_requests_have_no_inbox(graphql: Graphql) -> None:
    assert graphql.code(INBOX) == "UNAUTHENTICATED"
    assert graphql.result(MARK_READ, None, ids=[])["__typename"] == "NotSignedIn"
    assert graphql.result(MARK_ALL_READ, None)["__typename"] == "NotSignedIn"


def test_entries_remain_without_the_permission(graphql: Graphql, alice: Any) -> None:
    for name in ("alarm", "secret"):
        sent(alice, name, context={"message": f"{name}!"})
    Notification.objects.get(name="alarm").permissions.add(Permission.objects.all()[0])
    for entry in graphql.data(INBOX, user=alice)["inbox"]["nodes"]:
        assert entry["about"] is None
        assert entry["text"] == f"{entry['title']}!"


def test_a_broken_template_affects_one_entry(
    graphql: Graphql, alice: Any, settings: Any, tmp_path: Any
) -> None:
    folder = tmp_path / "notifications"
    folder.mkdir()
    (folder / "audit_inbox.txt").write_text("{% nonsense %}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    for name in ("alarm", "audit"):
        sent(alice, name, context={"message": "It works."})
    answer = graphql("{ inbox { nodes { title text } } }", user=alice)
    assert answer["data"]["inbox"]["nodes"] == [
        {"title": "audit", "text": None},
        {"title": "alarm", "text": "It works."},
    ]
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (
        ["inbox", "nodes", 0, "text"],
        "INTERNAL",
    )


@pytest.mark.parametrize(
    ("document", "budget"), [(INBOX, 6), ("{ inbox { nodes { title text reason read } } }", 4)]
)
def test_statements_do_not_depend_on_the_size_of_a_page(
    graphql: Graphql, alice: Any, document: str, budget: int
) -> None:
    costs = []
    for size in (2, 7):
        while SentNotification.objects.filter(user=alice).count() < size:
            sent(alice)
        graphql.data(INBOX, user=alice)  # the first after a change reads the configuration
        costs.append(graphql.statements(document, user=alice))
    assert costs == [budget, budget]


@pytest.mark.parametrize(("mutation", "budget"), [("MARK_READ", 9), ("MARK_ALL_READ", 9)])
def test_statements_do_not_depend_on_the_marked_entries(
    graphql: Graphql, alice: Any, mutation: str, budget: int
) -> None:
    ask: Callable[[list[str]], tuple[str, Any]] = {
        "MARK_READ": lambda ids: (MARK_READ, {"ids": ids}),
        "MARK_ALL_READ": lambda _: (MARK_ALL_READ, {}),
    }[mutation]
    costs = []
    for size in (2, 7):
        document, values = ask([entry_id(sent(alice)) for _ in range(size)])
        graphql.data(INBOX, user=alice)
        costs.append(graphql.statements(document, {"input": values}, alice))
    assert costs == [budget, budget]


def test_other_users_inboxes_are_not_found_by_id(
    graphql: Graphql, alice: Any, admin: Any, three: list[str]
) -> None:
    for id_ in (three[0], global_id("InboxSummary", alice.pk)):
        query = "query ($id: ID!) { node(id: $id) { id } }"
        assert graphql.data(query, {"id": id_}, alice)["node"] == {"id": id_}
        assert graphql.data(query, {"id": id_}, admin)["node"] is None
    assert graphql.code("query ($id: ID!) { node(id: $id) { id } }", {"id": id_of(admin)}, alice)
