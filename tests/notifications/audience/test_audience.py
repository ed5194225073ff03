"""Audience as a queryset, counted, and streamed. test_rule compares it with the rule."""

import pickle
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection

from notifications.audience import KeyRange, audience, count, ranges, statement, stream
from notifications.models import Backend, Notification, UserPrefs
from tests.conftest import make_user


def test_audience_is_evaluated_by_one_statement(
    notification: Notification, alice: Any, charlie: Any, django_assert_num_queries: Any
) -> None:
    notification.update_user_prefs(alice, {"inbox": False})
    inbox = Backend.objects.get(name="inbox")
    with django_assert_num_queries(1):
        users = list(audience(notification, inbox))
    assert users == [charlie]
    with django_assert_num_queries(1):
        assert audience(notification, inbox).filter(pk=alice.pk).exists() is False


def test_audience_uses_the_configuration_of_evaluation(
    notification: Notification, alice: Any
) -> None:
    inbox = Backend.objects.get(name="inbox")
    users = audience(notification, inbox)
    Backend.objects.update(enabled=False)
    assert not users.all()
    Backend.objects.update(enabled=True)
    assert list(users.all()) == [alice]


def test_audience_composes_with_other_querysets(
    notification: Notification, alice: Any, charlie: Any
) -> None:
    inbox, sms = (Backend.objects.get(name=name) for name in ("inbox", "sms"))
    notification.update_user_prefs(alice, {"sms": True})
    notification.update_user_prefs(charlie, {"inbox": False})
    people: Any = get_user_model()._default_manager
    by_inbox, by_sms = audience(notification, inbox), audience(notification.pk, sms.pk)
    assert (by_inbox.count(), by_sms.count()) == (1, 1)
    assert list(people.exclude(pk__in=by_inbox)) == [charlie]
    assert set(by_inbox | people.filter(pk=charlie.pk)) == {alice, charlie}
    assert list(by_inbox & by_sms) == [alice]
    assert list(by_inbox.union(by_sms)) == [alice]
    assert list(UserPrefs.objects.filter(user__in=by_sms).values_list("backend", flat=True)) == [
        sms.pk
    ]
    unpickled = people.all()
    unpickled.query = pickle.loads(pickle.dumps(by_sms.query))  # noqa: S301
    assert list(unpickled) == [alice]
    assert by_sms.update(is_active=False) == 1
    assert not by_sms.exists()


def test_audience_has_each_user_once(notification: Notification, reviewers: Group) -> None:
    user = make_user("eve")
    for name in ("one", "two", "three"):
        group = Group.objects.create(name=name)
        user.groups.add(group)
        notification.update_group_preference(group, {"sms": True})
    assert list(audience(notification, Backend.objects.get(name="sms"))) == [user]


@pytest.mark.django_db
@pytest.mark.parametrize("users", [0, 1, 5, 6, 7])
def test_ranges_cover_each_user_once_and_future_users(users: int) -> None:
    keys = sorted(make_user(f"user{n}", is_active=n != 1).pk for n in range(users))
    parted = list(ranges(3))
    everybody = get_user_model()._default_manager.order_by("pk").values_list("pk", flat=True)
    held = []
    for each in parted:
        rows = everybody if each.after is None else everybody.filter(pk__gt=each.after)
        held.append(list(rows if each.through is None else rows.filter(pk__lte=each.through)))
    assert [key for part in held for key in part] == keys
    assert all(len(part) <= 3 for part in held)
    assert parted[0].after is None
    assert parted[-1].through is None
    assert [each.after for each in parted[1:]] == [each.through for each in parted[:-1]]


def test_range_needs_a_positive_size() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        next(ranges(0))


def test_batch_of_the_stream_takes_two_statements(
    notification: Notification, django_assert_num_queries: Any
) -> None:
    inbox = Backend.objects.get(name="inbox")
    keys = [make_user(f"user{n}").pk for n in range(5)]
    with django_assert_num_queries(2):
        batches = list(stream(notification=notification, backend=inbox, size=6))
    assert batches == [sorted(keys)]
    with django_assert_num_queries(2 * 3):
        batches = list(stream(notification=notification, backend=inbox, size=2))
    assert [len(batch) for batch in batches] == [2, 2, 1]


def test_count_takes_one_statement(
    notification: Notification, alice: Any, django_assert_num_queries: Any
) -> None:
    inbox = Backend.objects.get(name="inbox")
    with django_assert_num_queries(1):
        assert count(notification=notification.pk, backend=inbox.pk) == 1


def test_users_are_active_without_the_field_is_active(
    notification: Notification, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("gone", is_active=False)
    inbox = Backend.objects.get(name="inbox")
    assert count(notification=notification, backend=inbox) == 1
    monkeypatch.setattr(get_user_model()._meta.get_field("is_active"), "name", "enabled")
    assert count(notification=notification, backend=inbox) == 2


def test_statement_can_be_a_subquery(notification: Notification, alice: Any, charlie: Any) -> None:
    inbox = Backend.objects.get(name="inbox")
    users = statement(
        notification=notification, backend=inbox, keys=KeyRange(through=alice.pk), explained=True
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE delivered (who varchar(36), why varchar(9))")
        cursor.execute(
            "INSERT INTO delivered SELECT CAST(a.user_id AS varchar(36)), a.source"  # noqa: S608
            f" FROM ({users.sql}) a WHERE a.source = %s",
            [*users.params, "DEFAULT"],
        )
        cursor.execute("SELECT COUNT(*) FROM delivered")
        assert cursor.fetchone() == (1 + (charlie.pk < alice.pk),)
        cursor.execute("DROP TABLE delivered")
