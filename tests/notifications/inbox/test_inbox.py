"""Inbox: pages of entries, their texts, and marking them as read."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import Permission

from notifications.backends import InboxBackend
from notifications.errors import NotFound, WrongSubject
from notifications.inbox import reads, writes
from notifications.models import Backend, Notification, SentNotification, State
from tests.sent import analyze, many, sent


class Louder(InboxBackend):
    """Backend of a project that changes the text of entries."""

    def text(self) -> str:
        return f"{super().text()}!"


class Pushing(InboxBackend):
    """Backend of a project that pushes new entries to a browser."""

    pushed: ClassVar[list[Any]] = []

    async def send(self, user: Any, context: Any = None) -> None:
        super().send(user, context)
        self.pushed.append(user)


@pytest.fixture(autouse=True)
def alarm(db: None, make: Callable[..., Any]) -> Notification:
    alarm: Notification = make("alarm", inbox="on", email="on")
    alarm.display_name, alarm.description = "The alarm", "It rings."
    alarm.save()
    return alarm


def keys(page: Any) -> list[int]:
    return [entry.id for entry in page.items]


def unread(user: Any) -> set[int]:
    return {row.pk for row in SentNotification.objects.filter(user=user, read=False)}


def test_an_inbox_lists_its_entries_newest_first(alice: Any, bob: Any) -> None:
    mine = [sent(alice).pk for _ in range(2)]
    sent(bob)
    sent(alice, backend="email")
    for state in set(State) - {State.SENT}:
        sent(alice, state=state)
    page = reads.read(user=alice, first=10)
    assert (keys(page), page.more) == (mine[::-1], False)


def test_pages_continue_after_changes(alice: Any) -> None:
    one, two, three, four = (sent(alice).pk for _ in range(4))
    page = reads.read(user=alice, first=2)
    assert (keys(page), page.more) == ([four, three], True)
    sent(alice)
    SentNotification.objects.get(pk=three).delete()
    page = reads.read(user=alice, first=2, after=three)
    assert (keys(page), page.more) == ([two, one], False)
    assert keys(reads.read(user=alice, first=1, after=one)) == []


def test_read_entries_can_be_left_out(alice: Any) -> None:
    sent(alice, read=True)
    new = sent(alice).pk
    sent(alice, read=True)
    assert keys(reads.read(user=alice, first=2, unread_only=True)) == [new]
    assert reads.unread_count(user=alice) == 1


def test_an_entry_has_its_time_and_reason(alice: Any, alarm: Notification) -> None:
    row = sent(alice, groups=("Developers", "Reviewers"))
    entry = reads.entry(user=alice, key=row.pk)
    assert entry
    assert entry.notification
    assert (entry.notification.id, entry.sent) == (alarm.pk, row.updated)
    assert (entry.source, entry.groups) == ("GROUP", ("Developers", "Reviewers"))
    assert (
        entry.reason()
        == "You receive this because your groups Developers, Reviewers have it turned on."
    )


def test_a_hidden_notification_is_none(alice: Any, alarm: Notification) -> None:
    entry = sent(alice, context={"message": "It rings!"}).pk

    def notification() -> Any:
        found = reads.entry(user=alice, key=entry)
        assert found
        assert found.text() == "It rings!"
        return found.notification

    assert notification()
    alarm.permissions.add(Permission.objects.all()[0])
    assert notification() is None
    alarm.permissions.clear()
    assert notification()
    Notification.objects.filter(pk=alarm.pk).update(public=False)
    assert notification() is None


def test_texts_are_rendered_in_the_language_of_the_user(alice: Any, settings: Any) -> None:
    settings.NOTIFICATION_MESSAGES = {"USER_LANGUAGE": "language"}
    alice.language = "de"
    row = sent(alice, source="USER", groups=(), context={"message": "1 < 2", "url": "/x/"})
    entry = reads.entry(user=alice, key=row.pk)
    assert entry
    assert (entry.title(), entry.text()) == ("The alarm", "1 < 2\n/x/")
    assert entry.reason() == "Sie erhalten das, weil Sie es eingeschaltet haben."


@pytest.mark.parametrize(
    ("klass", "text"),
    [
        ("", "It rings."),
        ("tests.notifications.inbox.test_inbox.Louder", "It rings.!"),
        ("tests.notifications.inbox.test_inbox.Pushing", "It rings."),
        ("notifications.backends.ConsoleBackend", "It rings."),
    ],
)
def test_a_projects_class_can_render_entries(alice: Any, klass: str, text: str) -> None:
    row = sent(alice)
    Backend.objects.filter(name="inbox").update(klass=klass)
    entry = reads.entry(user=alice, key=row.pk)
    assert entry
    assert entry.text() == text
    assert entry.title() == "The alarm"
    assert Pushing.pushed == []


def test_marking_is_all_or_nothing_and_repeatable(alice: Any, bob: Any) -> None:
    one, two, three = (sent(alice) for _ in range(3))
    marked = writes.mark_read(user=alice, entries={"b": two.pk, "a": one.pk})
    assert [(entry.id, entry.read) for entry in marked] == [(two.pk, True), (one.pk, True)]
    assert writes.mark_read(user=alice, entries={"b": two.pk})[0].read
    assert writes.mark_read(user=alice, entries={}) == ()
    for key in (sent(bob).pk, sent(alice, backend="email").pk, 2**31):
        before = unread(alice) | unread(bob)
        with pytest.raises(NotFound) as caught:
            writes.mark_read(user=alice, entries={"three": three.pk, "that": key})
        assert caught.value.id == "that"
        assert unread(alice) | unread(bob) == before


def test_marking_keeps_the_time_of_sending(alice: Any) -> None:
    row = sent(alice)
    assert writes.mark_read(user=alice, entries={"": row.pk})[0].sent == row.updated
    other = sent(alice)
    assert writes.mark_all_read(user=alice) == 1
    assert reads.read(user=alice, first=1).items[0].sent == other.updated


def test_marking_all_leaves_newer_and_other_rows(alice: Any, bob: Any) -> None:
    sent(alice, read=True)
    older = [sent(alice).pk for _ in range(2)]
    since = sent(alice).pk
    others = {sent(bob).pk}
    elsewhere = {sent(alice, backend="email").pk, sent(alice, state=State.PENDING).pk}
    assert writes.mark_all_read(user=alice, up_to=older[-1]) == 2
    assert unread(alice) == {since} | elsewhere
    assert writes.mark_all_read(user=alice, up_to=older[-1]) == 0
    assert writes.mark_all_read(user=alice) == 1
    assert unread(alice) == elsewhere
    assert unread(bob) == others


def test_an_inbox_belongs_to_a_saved_user(people: Any) -> None:
    for verb in (reads.unread_count, writes.mark_all_read):
        with pytest.raises(WrongSubject):
            verb(user="alice")


VERBS: dict[str, tuple[Callable[[Any, list[int]], object], int]] = {
    "a page": (lambda user, keys: reads.read(user=user, first=len(keys)), 2),
    "unread only": (lambda user, _: reads.read(user=user, first=9, unread_only=True), 2),
    "the count": (lambda user, _: reads.unread_count(user=user), 1),
    "marking": (lambda user, keys: writes.mark_read(user=user, entries=dict(named(keys))), 5),
    "marking all": (lambda user, _: writes.mark_all_read(user=user), 3),
}


def named(keys: list[int]) -> list[tuple[str, int]]:
    return [(str(key), key) for key in keys]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("size", [1, 7])
def test_statements_do_not_depend_on_the_number(
    alice: Any, django_assert_num_queries: Callable[..., Any], verb: str, size: int
) -> None:
    keys = [sent(alice).pk for _ in range(size)]
    do, statements = VERBS[verb]
    reads.read(user=alice, first=1)  # the first after a change reads the configuration
    with django_assert_num_queries(statements):
        do(alice, keys)


def test_rendering_entries_takes_no_statement(
    alice: Any, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(3):
        sent(alice, context={"message": "a"})
    page = reads.read(user=alice, first=3)
    with django_assert_num_queries(0):
        for entry in page.items:
            assert (entry.title(), entry.text(), entry.reason()[:7]) == (
                "The alarm",
                "a",
                "You rec",
            )


def test_a_page_is_read_in_the_order_of_an_index(alice: Any, bob: Any) -> None:
    many([alice, *[bob] * 49], 3000)
    analyze()
    plan = reads.rows(alice).order_by("-pk")[:20].explain()
    assert "notifications_delivery_user" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
