from collections.abc import Callable
from typing import Any

import pytest

from notifications.models import Backend, Notification, NotificationBackend

OFF, ON, REQUIRED = "off", "on", "required"


def make_notification(name: str, *, public: bool = True, **cells: str) -> Notification:
    """Create a notification; `cells` maps names of backends to OFF, ON (by default) or REQUIRED."""
    notification: Notification = Notification.objects.create(name=name, public=public)
    for backend, kind in cells.items():
        NotificationBackend.objects.create(
            notification=notification,
            backend=Backend.objects.get_or_create(name=backend)[0],
            default=kind == ON,
            required=kind == REQUIRED,
        )
    return notification


def addressed(user: Any, address: str = "alice@example.org") -> Any:
    """Return the user, whose model can keep e-mail addresses under another name, with one."""
    setattr(user, user.get_email_field_name(), address)
    return user


@pytest.fixture
def notification(db: None) -> Notification:
    """May be delivered by email, sms and, by default, inbox."""
    return make_notification("card-declined", email=OFF, sms=OFF, inbox=ON)


@pytest.fixture
def make() -> Callable[..., Any]:
    return make_notification
