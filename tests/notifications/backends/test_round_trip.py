"""Round trip: an e-mail, its unsubscribe link, and the next e-mail."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from notifications.models import Backend, Notification, SentNotification, State
from notifications.shortcuts import EVERYBODY, send_notification, update_preferences
from tests.notifications.backends.smtp_server import MailServer


@pytest.fixture
def mailed(pipeline_failed: Notification, alice: Any, bob: Any) -> Notification:
    """Two users with addresses, one of whom gets it by a group."""
    for user, name in ((alice, "alice"), (bob, "bob")):
        setattr(user, user.get_email_field_name(), f"{name}@example.org")
        user.save()
    Backend.objects.filter(name="email").update(klass="notifications.backends.EmailBackend")
    Backend.objects.filter(name="inbox").update(klass="notifications.backends.InboxBackend")
    Backend.objects.exclude(name__in=["email", "inbox"]).update(enabled=False)
    return pipeline_failed


def states(backend: str) -> list[str]:
    return [row.state for row in SentNotification.objects.filter(backend__name=backend)]


def test_an_unsubscribe_link_stops_the_next_email(
    mailed: Notification,
    alice: Any,
    bob: Any,
    reviewers: Group,
    mail_server: MailServer,
    django_capture_on_commit_callbacks: Any,
) -> None:
    update_preferences("failed", reviewers, {"email": True})

    def send() -> list[str]:
        mail_server.received.clear()
        mail_server.recipients.clear()
        with django_capture_on_commit_callbacks(execute=True):
            send_notification("failed", EVERYBODY, {"message": "It broke."})
        return sorted(address for each in mail_server.recipients for address in each)

    assert send() == ["alice@example.org", "bob@example.org"]
    assert mail_server.connections == 1
    [mail] = [each for each in mail_server.messages if each["To"] == "alice@example.org"]
    body = mail.get_body(("plain",))
    assert body
    assert "because your group reviewers has it turned on" in body.get_content()
    url = "".join(str(mail["List-Unsubscribe"]).split()).strip("<>")
    answer = Client(enforce_csrf_checks=True).post(
        urlsplit(url).path, {"List-Unsubscribe": "One-Click"}
    )
    assert answer.status_code == 200
    assert send() == ["bob@example.org"]
    assert states("inbox") == [State.SENT] * 4  # by the inbox it still comes


@pytest.mark.parametrize(
    ("answer", "state"), [("550 No such user", State.FAILED), ("450 Later", State.PENDING)]
)
def test_the_mail_servers_answer_is_recorded(
    mailed: Notification,
    alice: Any,
    mail_server: MailServer,
    django_capture_on_commit_callbacks: Any,
    answer: str,
    state: State,
) -> None:
    mail_server.answers["RCPT"] = answer
    with django_capture_on_commit_callbacks(execute=True):
        send_notification("failed", alice)
    assert states("email") == [state]
    record = SentNotification.objects.get(backend__name="email")
    assert record.error == "DeliveryFailed"
    assert answer in record.message
