"""Constraints, order and names of rows."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from notifications.backends import BaseBackend
from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    NotificationBackend,
    UserPrefs,
)
from tests.notifications.conftest import OFF, make_notification


def test_names_are_unique_and_not_empty(notification: Notification) -> None:
    for create in (
        lambda: Backend.objects.create(name="email"),
        lambda: Backend.objects.create(name=""),
        lambda: Notification.objects.create(name="card-declined"),
        lambda: Notification.objects.create(name=""),
    ):
        with transaction.atomic(), pytest.raises(IntegrityError):
            create()


def test_cells_are_unique(notification: Notification, alice: Any, reviewers: Group) -> None:
    about = {"notification": notification, "backend": Backend.objects.get(name="email")}
    UserPrefs.objects.create(user=alice, **about)
    GroupPrefs.objects.create(group=reviewers, **about)
    for create in (
        lambda: UserPrefs.objects.create(user=alice, notify=False, **about),
        lambda: GroupPrefs.objects.create(group=reviewers, notify=False, **about),
        lambda: NotificationBackend.objects.create(**about),
    ):
        with transaction.atomic(), pytest.raises(IntegrityError):
            create()


def test_rows_have_readable_names(notification: Notification, alice: Any, reviewers: Group) -> None:
    email = Backend.objects.get(name="email")
    email.display_name = "E-mail"
    about = {"notification": notification, "backend": email}
    assert str(email) == "E-mail"
    assert str(notification) == "card-declined"
    assert str(NotificationBackend(**about)) == "card-declined: E-mail"
    assert str(UserPrefs(user=alice, **about)) == f"{alice}: card-declined, E-mail"
    assert str(GroupPrefs(group=reviewers, **about)) == "reviewers: card-declined, E-mail"


def test_unordered_rows_are_listed_by_creation(db: None) -> None:
    for name in ("c", "a", "b"):
        make_notification(name, email=OFF)
    Notification.objects.filter(name="b").update(position=0)
    assert [notification.name for notification in Notification.objects.all()] == ["b", "c", "a"]


def test_backend_imports_its_class(db: None) -> None:
    assert Backend(klass="notifications.backends.BaseBackend").backendclass is BaseBackend


def test_backend_class_receives_its_notification(notification: Notification) -> None:
    class Pigeon(BaseBackend):
        name = "pigeon"

        def send(self, user: Any, context: Any = None) -> bool:
            return self.notification is not None

    assert Pigeon(notification).send(None)
