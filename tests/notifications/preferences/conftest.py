"""Helpers of the tests of preferences."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from notifications.models import Notification, UserPrefs
from notifications.preferences.validation import Preference
from tests.notifications.conftest import OFF, make_notification


def preference(backend: str, notify: Any = True, notification: str = "card-declined") -> Preference:
    return Preference(notification, backend, notify)


def stored(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.of([user.pk])
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


@pytest.fixture
def secret(notification: Notification) -> Notification:
    """A public notification that requires a permission."""
    secret = make_notification("audit", email=OFF)
    secret.permissions.add(Permission.objects.get(codename="view_group"))
    return secret
