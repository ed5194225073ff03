"""Reads of matrices."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from notifications import preferences
from notifications.models import Backend, Notification, UserPrefs
from tests.notifications.conftest import ON, make_notification
from tests.notifications.preferences.conftest import preference


def test_users_with_equal_preferences_share_rows(
    notification: Notification, alice: Any, charlie: Any
) -> None:
    charlie.groups.set(alice.groups.all())
    for user in (alice, charlie):
        preferences.update(user=user, preferences=[preference("sms")])
    first, second = (matrix.rows for matrix in preferences.read(users=[alice, charlie]))
    assert first is second
    preferences.update(user=charlie, preferences=[preference("sms", False)])
    assert preferences.read(users=[alice])[0].rows is first
    assert preferences.read(users=[charlie])[0].rows != first


def test_reading_never_writes(
    notification: Notification, alice: Any, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3) as captured:  # the user's, the catalogue, the groups'
        preferences.read(users=[alice])
    assert all(query["sql"].lstrip("(").startswith("SELECT") for query in captured.captured_queries)
    assert UserPrefs.objects.count() == 0


@pytest.mark.parametrize("users", [1, 1000])
def test_reading_costs_one_statement_for_any_number_of_users(
    notification: Notification, users: int, alice: Any, django_assert_num_queries: Any
) -> None:
    model = get_user_model()
    people = model._default_manager.bulk_create(
        model(**{model.USERNAME_FIELD: f"user-{index}"}) for index in range(users)
    )
    preferences.read(users=[alice])  # who is the first after a change reads the configuration
    with django_assert_num_queries(1):
        matrices = preferences.read(users=people)
    assert [matrix.user for matrix in matrices] == people


def test_a_user_in_no_group_inherits_from_no_group(
    notification: Notification, alice: Any, charlie: Any, reviewers: Group
) -> None:
    preferences.update_group(group=reviewers, preferences=[preference("email")])
    of_alice, of_charlie = preferences.read(users=[alice, charlie])
    assert [cell.group_value for cell in of_alice.rows[0].cells] == [True, None, None]
    assert [cell.group_value for cell in of_charlie.rows[0].cells] == [None, None, None]


def test_available_lists_permitted_public_notifications(secret: Notification, alice: Any) -> None:
    make_notification("internal", public=False, email=ON)
    assert [entry.name for entry in preferences.available(user=alice)] == ["card-declined"]
    alice.user_permissions.add(secret.permissions.get())
    names = [entry.name for entry in preferences.available(user=alice)]
    assert names == ["card-declined", "audit"]


def test_notifications_without_an_enabled_backend_have_no_row(db: None, alice: Any) -> None:
    make_notification("nowhere")
    make_notification("off", fax=ON)
    Backend.objects.update(enabled=False)
    [matrix] = preferences.read(users=[alice])
    assert matrix.rows == ()
    assert matrix.backends == ()
