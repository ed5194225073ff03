"""History of deliveries for operators."""

from collections.abc import Callable
from typing import Any

import pytest

from notifications.delivery import history
from notifications.errors import InvalidInput, UnknownNotification
from notifications.models import Backend, Notification, SentNotification, State
from tests.sent import analyze, many, sent


@pytest.fixture(autouse=True)
def alarm(db: None, make: Callable[..., Any]) -> Notification:
    make("secret", public=False, email="on")
    alarm: Notification = make("alarm", inbox="on", email="on")
    return alarm


def keys(page: Any) -> list[int]:
    return [record.id for record in page.items]


def test_deliveries_are_listed_newest_first(alice: Any, bob: Any) -> None:
    failed: dict[str, Any] = {"state": State.FAILED, "attempts": 5, "error": "DeliveryFailed"}
    first = sent(alice, backend="email", key="order-17", source="USER", groups=(), **failed)
    second = sent(bob, groups=("reviewers",))
    sent(alice, "secret", backend="email")
    page = history.deliveries(notification="alarm", first=9)
    assert (keys(page), page.more) == ([second.pk, first.pk], False)
    record = page.items[1]
    assert (record.user, record.backend.name, record.key) == (alice, "email", "order-17")
    assert (record.state, record.attempts, record.error) == ("FAILED", 5, "DeliveryFailed")
    assert (record.source, record.groups) == ("USER", ())
    assert (page.items[0].source, page.items[0].groups) == ("GROUP", ("reviewers",))
    assert (record.created, record.updated) == (first.created, first.updated)


def test_deliveries_can_be_filtered_and_paged(alice: Any) -> None:
    one, two, three = (
        sent(alice, backend=backend, state=state).pk
        for backend, state in (
            ("email", State.FAILED),
            ("inbox", State.SENT),
            ("email", State.SENT),
        )
    )

    def found(**values: Any) -> list[int]:
        return keys(history.deliveries(notification="alarm", **{"first": 9, **values}))

    assert found(backend="email") == [three, one]
    assert found(state=State.SENT) == [three, two]
    assert found(state=State.FAILED, backend="inbox") == []
    assert found(first=1, after=three) == [two]
    Backend.objects.filter(name="email").update(enabled=False)
    assert found(backend="email") == [three, one]


def test_a_pending_delivery_has_no_source_yet(alice: Any) -> None:
    row = sent(alice, state=State.PENDING, source="", groups=())
    record = history.delivery(key=row.pk)
    assert record
    assert record.source is None


def test_unknown_and_private_names_are_refused(alice: Any) -> None:
    row = sent(alice, "secret", backend="email")
    assert keys(history.deliveries(notification="secret", first=1)) == [row.pk]
    assert history.delivery(key=row.pk)
    assert history.delivery(key=row.pk, public_only=True) is None
    with pytest.raises(UnknownNotification, match=r"'secret'\. Allowed: alarm\."):
        history.deliveries(notification="secret", first=1, public_only=True)
    with pytest.raises(UnknownNotification, match="'nobody'"):
        history.deliveries(notification="nobody", first=1)
    with pytest.raises(InvalidInput, match=r"'pigeon'\. Allowed: email, inbox") as caught:
        history.deliveries(notification="alarm", first=1, backend="pigeon")
    assert caught.value.field == "backend"
    assert history.delivery(key=row.pk + 1) is None


@pytest.mark.parametrize("size", [1, 7])
def test_statements_do_not_depend_on_the_number(
    people: Any, reviewers: Any, django_assert_num_queries: Callable[..., Any], size: int
) -> None:
    for number in range(size):
        user = people(f"user{number}")
        user.groups.add(reviewers)
        sent(user)
    [warm] = history.deliveries(notification="alarm", first=1).items
    assert warm.memberships  # the first after a change reads the configuration
    with django_assert_num_queries(2):
        page = history.deliveries(notification="alarm", first=size)
    with django_assert_num_queries(1):
        names = [[group.name for group in record.memberships] for record in page.items]
    assert names == [["reviewers"]] * size


def test_a_page_is_read_in_the_order_of_an_index(alice: Any, alarm: Notification) -> None:
    many([alice], 3000)
    kept = SentNotification.objects.all()[::100]
    others = SentNotification.objects.exclude(pk__in=[row.pk for row in kept])
    others.update(notification=Notification.objects.get(name="secret"))
    analyze()
    plan = SentNotification.objects.filter(notification=alarm.pk).order_by("-pk")[:20].explain()
    assert "notifications_delivery_kind" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
