"""Calls and backends that django-notifier documents, about sending."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.template.loader import render_to_string

from notifications.backends import BaseBackend, EmailBackend
from notifications.models import Backend, Notification, SentNotification, State
from notifications.shortcuts import create_notification, send_notification, update_preferences
from tests.notifications.conftest import addressed

TEMPLATES = {
    "notifier/card-declined_email_subject.txt": "[{{ site.name }}] Card declined",
    "notifier/card-declined_email_message.txt": "{{ user }}: {{ reason }} {{ membership }}",
    "notifier/card-declined_sms-twilio.txt": "To {{ user }}: {{ reason }}",
}


class MembershipBackend(EmailBackend):
    """Extends the e-mail backend by a name for all templates."""

    def send(self, user: Any, context: Any = None) -> Any:
        if not context:
            context = {}
        context.update({"membership": "gold"})
        return super().send(user, context)


class TwilioBackend(BaseBackend):
    """Sends the rendered template, and returns True."""

    name = "sms-twilio"
    display_name = "SMS"
    description = "Send via SMS using Twilio"
    sent: list[str]

    def send(self, user: Any, context: Any = None) -> Any:
        super().send(user, context)
        self.sent.append(render_to_string(self.template, self.context))
        return True


@pytest.fixture
def backends(db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TwilioBackend, "sent", [], raising=False)
    classes = (MembershipBackend, TwilioBackend)
    settings.NOTIFICATION_BACKENDS = [f"{c.__module__}.{c.__name__}" for c in classes]
    for each, path in zip(classes, settings.NOTIFICATION_BACKENDS, strict=True):
        Backend.objects.create(name=each.name, display_name=each.display_name, klass=path)
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", TEMPLATES),
                    "django.template.loaders.app_directories.Loader",
                ]
            },
        }
    ]


@pytest.fixture
def card(backends: None, alice: Any, charlie: Any) -> Notification:
    notification = create_notification("card-declined")
    for user in (alice, charlie):
        addressed(user, f"{user.get_username()}@example.org").save()
        update_preferences("card-declined", user, {"email": True, "sms-twilio": user == alice})
    return notification


def test_create_notification_takes_a_name_alone(backends: None) -> None:
    notification = create_notification("test-notification")
    assert notification.display_name == "test-notification"
    assert notification.public
    assert [backend.name for backend in notification.backends.all()] == ["email", "sms-twilio"]


def test_a_notification_is_sent_to_one_user_or_many(
    card: Notification,
    alice: Any,
    charlie: Any,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    context = {"reason": "insufficient funds"}
    with django_capture_on_commit_callbacks(execute=True):
        send_notification("card-declined", [alice, charlie], context)
        card.send(alice)
    address = alice.get_email_field_name()
    people = [alice, charlie, alice]
    recipients = sorted(message.to for message in mail.outbox)  # in the order of any keys
    assert recipients == sorted([getattr(person, address)] for person in people)
    first = next(message for message in mail.outbox if message.to == [getattr(alice, address)])
    assert first.subject == "[testserver] Card declined"
    assert str(first.body).startswith(f"{alice}: insufficient funds gold")
    assert TwilioBackend.sent == [f"To {alice}: insufficient funds", f"To {alice}: "]
    assert SentNotification.objects.filter(success=True, state=State.SENT).count() == 5


def test_a_backend_sends_to_one_user(card: Notification, alice: Any) -> None:
    backend = Backend.objects.get(name="sms-twilio")
    assert backend.send(alice, card, {"reason": "expired"}) is True
    assert TwilioBackend.sent == [f"To {alice}: expired"]
