from collections.abc import Callable

import pytest

from notifications.models import Backend, Notification

Make = Callable[..., Notification]


@pytest.fixture
def card(db: None, make: Make) -> Notification:
    card = make("card", email="off", inbox="on", sms="required")
    Notification.objects.filter(pk=card.pk).update(
        display_name="Card declined", description="Sent at once."
    )
    Backend.objects.filter(name="email").update(display_name="E-mail")
    return card


@pytest.fixture
def news(card: Notification, make: Make) -> Notification:
    return make("news", email="on")
