from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.delivery.retry import revive
from notifications.models import Notification, Send, SentNotification, State
from tests.notifications.admin.requests import staff, text, url
from tests.notifications.conftest import ON, make_notification
from tests.notifications.delivery.fake_backends import Carrier, use
from tests.sent import sent

pytestmark = pytest.mark.django_db

TRY_AGAIN = "Retry failed deliveries"


@pytest.fixture
def alarm() -> Any:
    yield make_notification("alarm", carrier=ON)
    Carrier.carried.clear()
    Carrier.tried.clear()
    Carrier.opened.clear()


def failed(user: Any) -> SentNotification:
    row = sent(user, backend="carrier", source="DEFAULT", groups=())
    SentNotification.objects.filter(pk=row.pk).update(
        state=State.FAILED, success=False, attempts=8, error="DeliveryFailed", message="550 no"
    )
    return row


def test_records_are_read_only(alarm: Notification, admin_client: Client, alice: Any) -> None:
    row = failed(alice)
    listed = text(admin_client.get(url(SentNotification, "changelist"), {"state__exact": "FAILED"}))
    assert "DeliveryFailed" in listed
    assert TRY_AGAIN in listed
    assert "550 no" in text(admin_client.get(url(SentNotification, "change", row.pk)))
    assert row.send.key in text(admin_client.get(url(Send, "changelist")))
    for model, pk in ((SentNotification, row.pk), (Send, row.send_id)):
        assert admin_client.get(url(model, "add")).status_code == 403
        assert admin_client.post(url(model, "change", pk), {}).status_code == 403
        assert admin_client.post(url(model, "delete", pk), {"post": "yes"}).status_code == 403


def test_records_are_found_by_recipient_and_key(
    alarm: Notification, admin_client: Client, alice: Any, bob: Any
) -> None:
    row = failed(alice)
    failed(bob)
    for model, query in (
        (SentNotification, alice.get_username()),
        (SentNotification, row.send.key),
        (Send, row.send.key),
    ):
        response = admin_client.get(url(model, "changelist"), {"q": query})
        assert response.context["cl"].result_count == 1


@pytest.mark.parametrize("model", [SentNotification, Send])
def test_lists_take_constant_statements_at_any_size(
    alarm: Notification, admin_client: Client, alice: Any, model: Any
) -> None:
    counts = []
    for size in (1, 1, 8):
        for _ in range(size):
            failed(alice)
        with CaptureQueriesContext(connection) as queries:
            admin_client.get(url(model, "changelist"))
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_dead_letters_are_retried(
    alarm: Notification,
    admin_client: Client,
    alice: Any,
    bob: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    use("carrier", Carrier)
    dead, settled = failed(alice), sent(bob, backend="carrier")
    posted = {"action": "try_again", "_selected_action": [dead.pk, settled.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_client.post(url(SentNotification, "changelist"), posted, follow=True)
    assert "1 delivery will be retried." in text(answer)
    assert [user for user, _ in Carrier.carried] == [alice]
    dead.refresh_from_db()
    assert (dead.state, dead.success, dead.attempts) == (State.SENT, True, 1)


def test_a_retry_applies_the_rule_again(
    alarm: Notification, alice: Any, django_capture_on_commit_callbacks: Any
) -> None:
    use("carrier", Carrier)
    dead = failed(alice)
    alarm.update_user_prefs(alice, {"carrier": False})
    with django_capture_on_commit_callbacks(execute=True):
        assert revive(SentNotification.objects.all()) == 1
    assert not Carrier.carried
    dead.refresh_from_db()
    assert (dead.state, dead.source) == (State.WITHHELD, "USER")


def test_retrying_needs_a_permission(
    alarm: Notification, client: Client, people: Any, alice: Any
) -> None:
    dead = failed(alice)
    client.force_login(staff(people, "view_sentnotification"))
    assert TRY_AGAIN not in text(client.get(url(SentNotification, "changelist")))
    posted = {"action": "try_again", "_selected_action": [dead.pk]}
    client.post(url(SentNotification, "changelist"), posted)
    dead.refresh_from_db()
    assert dead.state == State.FAILED
