from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.delivery.retry import revive
from notifications.models import Notification, Send, SentNotification, State
from tests.notifications.admin.admin_client import staff, text, url
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


def test_records_are_listed_and_shown_and_cannot_be_changed(
    alarm: Notification, desk: Client, alice: Any
) -> None:
    row = failed(alice)
    listed = text(desk.get(url(SentNotification, "changelist"), {"state__exact": "FAILED"}))
    assert "DeliveryFailed" in listed
    assert TRY_AGAIN in listed
    assert "550 no" in text(desk.get(url(SentNotification, "change", row.pk)))
    assert row.send.key in text(desk.get(url(Send, "changelist")))
    for model, pk in ((SentNotification, row.pk), (Send, row.send_id)):
        assert desk.get(url(model, "add")).status_code == 403
        assert desk.post(url(model, "change", pk), {}).status_code == 403
        assert desk.post(url(model, "delete", pk), {"post": "yes"}).status_code == 403


def test_records_are_found_by_whoever_got_them_and_by_key(
    alarm: Notification, desk: Client, alice: Any, bob: Any
) -> None:
    row = failed(alice)
    failed(bob)
    for model, query in (
        (SentNotification, alice.get_username()),
        (SentNotification, row.send.key),
        (Send, row.send.key),
    ):
        shown = desk.get(url(model, "changelist"), {"q": query})
        assert shown.context["cl"].result_count == 1


@pytest.mark.parametrize("model", [SentNotification, Send])
def test_lists_take_the_same_number_of_statements_at_any_size(
    alarm: Notification, desk: Client, alice: Any, model: Any
) -> None:
    counts = []
    for size in (1, 1, 8):
        for _ in range(size):
            failed(alice)
        with CaptureQueriesContext(connection) as queries:
            desk.get(url(model, "changelist"))
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_dead_letters_are_tried_again(
    alarm: Notification,
    desk: Client,
    alice: Any,
    bob: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    use("carrier", Carrier)
    dead, settled = failed(alice), sent(bob, backend="carrier")
    posted = {"action": "try_again", "_selected_action": [dead.pk, settled.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(url(SentNotification, "changelist"), posted, follow=True)
    assert "1 delivery will be retried." in text(answer)
    assert [user for user, _ in Carrier.carried] == [alice]
    dead.refresh_from_db()
    assert (dead.state, dead.success, dead.attempts) == (State.SENT, True, 1)


def test_about_a_dead_letter_is_decided_again(
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


def test_trying_again_takes_a_permission(
    alarm: Notification, client: Client, people: Any, alice: Any
) -> None:
    dead = failed(alice)
    client.force_login(staff(people, "view_sentnotification"))
    assert TRY_AGAIN not in text(client.get(url(SentNotification, "changelist")))
    posted = {"action": "try_again", "_selected_action": [dead.pk]}
    client.post(url(SentNotification, "changelist"), posted)
    dead.refresh_from_db()
    assert dead.state == State.FAILED
