"""Webhooks as a web server receives them."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from notifications.addresses.registration import set_address
from notifications.checks import settings as checks
from tests.notifications.backends.conftest import SITE
from tests.notifications.backends.https_server import HOST, Receiver, refused, send

pytestmark = pytest.mark.usefixtures("webhooks")


def test_a_webhook_is_signed_for_the_user(
    pipeline_failed: Any, alice: Any, hooks: Receiver, deliver: Any
) -> None:
    registered = set_address(user=alice, backend="webhook", address=hooks.url)
    before = datetime.now(UTC)
    about = deliver("GROUP", id="d7", groups=["reviewers"])
    at = [date(2026, 1, 2), time(12, tzinfo=UTC), timedelta(hours=1), Decimal("1.50"), UUID(int=7)]
    send(pipeline_failed, alice, delivery=about, message="故障", at=at)
    [request] = hooks.requests
    assert request.path == "/hook?for=alice"
    assert request.headers["Host"] == f"{HOST}:{hooks.port}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["webhook-id"] == "d7"
    payload = Webhook(registered.secret).verify(request.body, request.headers)
    assert payload == json.loads(request.body)
    assert payload["type"] == "failed"
    assert datetime.fromisoformat(payload["timestamp"]) >= before.replace(microsecond=0)
    assert payload["data"] == {
        "user": alice.get_username(),
        "text": "Pipeline failed\n故障",
        "context": {
            "message": "故障",
            "at": ["2026-01-02", "12:00:00+00:00", "P0DT01H00M00S", "1.50", str(UUID(int=7))],
        },
        "source": "GROUP",
        "groups": ["reviewers"],
    }


def test_a_signature_covers_body_and_secret(
    pipeline_failed: Any, alice: Any, bob: Any, hooks: Receiver, deliver: Any
) -> None:
    mine = set_address(user=alice, backend="webhook", address=hooks.url)
    other = set_address(user=bob, backend="webhook", address=hooks.url)
    send(pipeline_failed, alice, delivery=deliver())
    [request] = hooks.requests
    assert mine.secret != other.secret
    with pytest.raises(WebhookVerificationError):
        Webhook(other.secret).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(mine.secret).verify(request.body.replace(b"failed", b"passed"), request.headers)


def test_all_attempts_at_a_delivery_have_one_id(
    pipeline_failed: Any, alice: Any, hooks: Receiver, deliver: Any
) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    for id_ in ("d1", "d1", "d2"):
        send(pipeline_failed, alice, delivery=deliver(id=id_))
    assert [request.headers["webhook-id"] for request in hooks.requests] == ["d1", "d1", "d2"]


@pytest.mark.parametrize(
    ("status", "permanent"), [(301, False), (404, False), (410, True), (429, False), (503, False)]
)
def test_a_status_other_than_2xx_is_a_failure(
    pipeline_failed: Any, alice: Any, hooks: Receiver, status: int, permanent: bool
) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    hooks.status = status
    failure = refused(pipeline_failed, alice)
    assert failure.permanent is permanent
    assert str(status) in str(failure)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(
    pipeline_failed: Any, alice: Any, hooks: Receiver, status: int
) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    hooks.status, hooks.headers = status, {"Location": f"https://{HOST}:{hooks.port}/elsewhere"}
    refused(pipeline_failed, alice)
    assert [request.path for request in hooks.requests] == ["/hook?for=alice"]


@pytest.mark.parametrize("drip", [b".", b"x" * 10_000, b"\r\nX-More: y"])
def test_an_endless_response_times_out(
    pipeline_failed: Any, alice: Any, hooks: Receiver, drip: bytes
) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    hooks.drip = drip
    begun = monotonic()
    assert not refused(pipeline_failed, alice).permanent
    assert monotonic() - begun < 4


def test_a_silent_server_times_out(
    pipeline_failed: Any, alice: Any, hooks: Receiver, silent_port: int
) -> None:
    url = f"https://{HOST}:{silent_port}/"
    set_address(user=alice, backend="webhook", address=url)
    begun = monotonic()
    assert not refused(pipeline_failed, alice).permanent
    assert monotonic() - begun < 4


def test_an_unreachable_server_is_retried(
    pipeline_failed: Any, alice: Any, hooks: Receiver, free_port: int
) -> None:
    set_address(user=alice, backend="webhook", address=f"https://{HOST}:{free_port}/")
    assert not refused(pipeline_failed, alice).permanent


def test_a_certificate_of_another_host_is_not_trusted(
    pipeline_failed: Any, alice: Any, hooks: Receiver, settings: Any
) -> None:
    settings.NOTIFICATION_MESSAGES = {**SITE, "WEBHOOK_HOSTS": ["other.example.org"]}
    url = f"https://other.example.org:{hooks.port}/"
    set_address(user=alice, backend="webhook", address=url)
    assert "certificate" in str(refused(pipeline_failed, alice)).lower()
    assert hooks.requests == []


def test_an_unsuitable_body_is_not_sent(pipeline_failed: Any, alice: Any, hooks: Receiver) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    assert refused(pipeline_failed, alice, message="x" * 100_000).permanent
    assert refused(pipeline_failed, alice, thing=object()).permanent
    assert hooks.requests == []


def test_without_an_address_nothing_is_sent(pipeline_failed: Any, alice: Any) -> None:
    failure = refused(pipeline_failed, alice)
    assert failure.permanent
    assert "registered no address" in str(failure)


def test_a_check_reports_a_missing_library(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.NOTIFICATION_BACKENDS = ["notifications.backends.WebhookBackend"]
    assert checks.check_messages() == []
    monkeypatch.setattr("notifications.backends.webhook.find_spec", lambda _: None)
    [error] = checks.check_messages()
    assert error.id == "notifications.E006"
    assert "[webhook]" in str(error.hint)
