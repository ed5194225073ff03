"""What `audience` is beyond the rule, which test_rule holds it to."""

from typing import Any

from django.contrib.auth.models import Group

from notifications.audience import audience
from notifications.models import Backend, Notification
from tests.conftest import make_user


def test_audience_is_a_queryset_evaluated_by_one_statement(
    notification: Notification, alice: Any, charlie: Any, django_assert_num_queries: Any
) -> None:
    notification.update_user_prefs(alice, {"inbox": False})
    inbox = Backend.objects.get(name="inbox")
    with django_assert_num_queries(1):
        users = list(audience(notification, inbox))
    assert users == [charlie]
    with django_assert_num_queries(1):
        assert audience(notification, inbox).filter(pk=alice.pk).exists() is False


def test_audience_follows_the_configuration_at_the_time_of_evaluation(
    notification: Notification, alice: Any
) -> None:
    inbox = Backend.objects.get(name="inbox")
    users = audience(notification, inbox)
    Backend.objects.update(enabled=False)
    assert not users.all()
    Backend.objects.update(enabled=True)
    assert list(users.all()) == [alice]


def test_everybody_is_named_once(notification: Notification, reviewers: Group) -> None:
    user = make_user("eve")
    for name in ("one", "two", "three"):
        group = Group.objects.create(name=name)
        user.groups.add(group)
        notification.update_group_preference(group, {"sms": True})
    assert list(audience(notification, Backend.objects.get(name="sms"))) == [user]
