"""Webhooks as a web server receives them, and the URLs that are refused."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from standardwebhooks import Webhook, WebhookVerificationError

from notifications import shortcuts
from notifications.addresses.registration import addresses, remove_address, set_address
from notifications.backends import (
    AddressedBackend,
    DeliveryFailed,
    InvalidAddress,
    WebhookBackend,
    safe_http,
)
from notifications.checks import settings as checks
from notifications.errors import WrongSubject
from notifications.models import Address, Backend
from tests.notifications.backends.conftest import SITE
from tests.notifications.backends.https_server import (
    HOST,
    Receiver,
    receiver,
    write_certificate,
)
from tests.notifications.preferences.test_concurrency import run_concurrently

Resolver = Callable[..., list[str]]
PUBLIC = "8.8.8.8"


@pytest.fixture(autouse=True)
def webhooks(db: None) -> Backend:
    klass = "notifications.backends.WebhookBackend"
    backend: Backend = Backend.objects.create(name="webhook", klass=klass)
    return backend


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Path]]:
    """Certificate that this process trusts."""
    certificate, key = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    safe_http._tls.cache_clear()  # noqa: SLF001 - it has been read
    yield certificate, key
    safe_http._tls.cache_clear()  # noqa: SLF001


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Function that sets the addresses of a host: `resolver([first], [later])`."""
    real = socket.getaddrinfo

    def set_addresses(*answers: list[str]) -> list[str]:
        lookups: list[str] = []

        def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            addresses = answers[min(len(lookups), len(answers) - 1)]
            lookups.append(host)
            return [found for each in addresses for found in real(each, port, *args, **kwargs)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return lookups

    return set_addresses


@pytest.fixture
def hooks(certificate: tuple[Path, Path], settings: Any, resolver: Resolver) -> Iterator[Receiver]:
    """Web server in a private network that is trusted."""
    settings.NOTIFICATION_MESSAGES = {**SITE, "WEBHOOK_HOSTS": [HOST], "WEBHOOK_TIMEOUT": 2}
    resolver(["127.0.0.1"])
    with receiver(*certificate) as hooks:
        yield hooks


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """List of addresses to connect to; no connection is opened."""
    tried: list[Any] = []

    def connect(_socket: Any, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("notifications.backends.safe_http.socket.socket.connect", connect)
    return tried


def send(notification: Any, user: Any, **context: Any) -> None:
    WebhookBackend(notification).send(user, context)


def refused(notification: Any, user: Any, **context: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failure:
        send(notification, user, **context)
    return failure.value


def test_a_webhook_is_signed_for_the_user(
    failed: Any, alice: Any, hooks: Receiver, deliver: Any
) -> None:
    registered = set_address(user=alice, backend="webhook", address=hooks.url)
    before = datetime.now(UTC)
    about = deliver("GROUP", id="d7", groups=["reviewers"])
    at = [date(2026, 1, 2), time(12, tzinfo=UTC), timedelta(hours=1), Decimal("1.50"), UUID(int=7)]
    send(failed, alice, delivery=about, message="故障", at=at)
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
    failed: Any, alice: Any, bob: Any, hooks: Receiver, deliver: Any
) -> None:
    mine = set_address(user=alice, backend="webhook", address=hooks.url)
    other = set_address(user=bob, backend="webhook", address=hooks.url)
    send(failed, alice, delivery=deliver())
    [request] = hooks.requests
    assert mine.secret != other.secret
    with pytest.raises(WebhookVerificationError):
        Webhook(other.secret).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(mine.secret).verify(request.body.replace(b"failed", b"passed"), request.headers)


def test_all_attempts_at_a_delivery_have_one_id(
    failed: Any, alice: Any, hooks: Receiver, deliver: Any
) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    for id_ in ("d1", "d1", "d2"):
        send(failed, alice, delivery=deliver(id=id_))
    assert [request.headers["webhook-id"] for request in hooks.requests] == ["d1", "d1", "d2"]


@pytest.mark.parametrize(
    ("status", "permanent"), [(301, False), (404, False), (410, True), (429, False), (503, False)]
)
def test_a_status_other_than_2xx_is_a_failure(
    failed: Any, alice: Any, hooks: Receiver, status: int, permanent: bool
) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    hooks.status = status
    failure = refused(failed, alice)
    assert failure.permanent is permanent
    assert str(status) in str(failure)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(failed: Any, alice: Any, hooks: Receiver, status: int) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    hooks.status, hooks.headers = status, {"Location": f"https://{HOST}:{hooks.port}/elsewhere"}
    refused(failed, alice)
    assert [request.path for request in hooks.requests] == ["/hook?for=alice"]


@pytest.mark.parametrize("drip", [b".", b"x" * 10_000, b"\r\nX-More: y"])
def test_an_endless_response_times_out(
    failed: Any, alice: Any, hooks: Receiver, drip: bytes
) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    hooks.drip = drip
    begun = monotonic()
    assert not refused(failed, alice).permanent
    assert monotonic() - begun < 4


def test_a_silent_server_times_out(
    failed: Any, alice: Any, hooks: Receiver, silent_port: int
) -> None:
    url = f"https://{HOST}:{silent_port}/"
    set_address(user=alice, backend="webhook", address=url)
    begun = monotonic()
    assert not refused(failed, alice).permanent
    assert monotonic() - begun < 4


def test_an_unreachable_server_is_retried(
    failed: Any, alice: Any, hooks: Receiver, free_port: int
) -> None:
    set_address(user=alice, backend="webhook", address=f"https://{HOST}:{free_port}/")
    assert not refused(failed, alice).permanent


def test_a_certificate_of_another_host_is_not_trusted(
    failed: Any, alice: Any, hooks: Receiver, settings: Any
) -> None:
    settings.NOTIFICATION_MESSAGES = {**SITE, "WEBHOOK_HOSTS": ["other.example.org"]}
    url = f"https://other.example.org:{hooks.port}/"
    set_address(user=alice, backend="webhook", address=url)
    assert "certificate" in str(refused(failed, alice)).lower()
    assert hooks.requests == []


def test_an_unsuitable_body_is_not_sent(failed: Any, alice: Any, hooks: Receiver) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    assert refused(failed, alice, message="x" * 100_000).permanent
    assert refused(failed, alice, thing=object()).permanent
    assert hooks.requests == []


def test_without_an_address_nothing_is_sent(failed: Any, alice: Any) -> None:
    failure = refused(failed, alice)
    assert failure.permanent
    assert "registered no address" in str(failure)


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to be refused
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "::10.0.0.1",  # IPv4-compatible
    "::8.8.8.8",
    "::ffff:8.8.8.8",  # IPv4-mapped
    "::ffff:0:10.0.0.1",  # SIIT
    "::ffff:0:8.8.8.8",
    "fec0::1",  # site-local
    "feff::1",
    "fdff::1",
    "64:ff9b::192.168.0.1",
    "64:ff9b:0:0:0:1:808:808",
    "64:ff9b:1::8.8.8.8",  # local NAT64
    "64:ff9b:1:ffff::1",
    "2002:808:808::",  # 6to4
    "2001::1",  # Teredo
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "5f00::1",
    "4000::1",
    "fe80::1%eth0",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_in_a_private_network_is_refused(
    failed: Any, alice: Any, resolver: Resolver, connected: list[Any], address: str, settings: Any
) -> None:
    set_address(user=alice, backend="webhook", address=f"https://{HOST}/")
    for meaning in ([address], [PUBLIC, address]):
        resolver(meaning)
        assert refused(failed, alice).permanent
    assert connected == []


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_cannot_be_registered(alice: Any, address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(InvalidAddress, match="not a host on the Internet"):
        set_address(user=alice, backend="webhook", address=f"https://{host}/")
    assert not safe_http.is_public(address)


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        (PUBLIC, PUBLIC),
        ("2001:4860:4860::8888", "2001:4860:4860::8888"),
        ("64:ff9b::8.8.8.8", "64:ff9b::808:808"),
    ],
)
def test_the_internet_is_reached(
    failed: Any, alice: Any, resolver: Resolver, connected: list[Any], address: str, reached: str
) -> None:
    set_address(user=alice, backend="webhook", address=f"https://{HOST}/")
    resolver([address])
    assert not refused(failed, alice).permanent
    assert [each[:2] for each in connected] == [(reached, 443)]


def test_dns_rebinding_has_no_effect(
    failed: Any, alice: Any, resolver: Resolver, connected: list[Any]
) -> None:
    set_address(user=alice, backend="webhook", address=f"https://{HOST}/")
    lookups = resolver([PUBLIC], ["127.0.0.1"])
    refused(failed, alice)
    assert lookups == [HOST]  # resolved once, and connected to the checked address
    assert connected == [(PUBLIC, 443)]


def test_a_trusted_host_is_trusted_by_its_name(failed: Any, alice: Any, hooks: Receiver) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    with pytest.raises(InvalidAddress):
        set_address(user=alice, backend="webhook", address=f"https://127.0.0.1:{hooks.port}/")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hooks.example.org",
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "https://",
        "https:///path",
        "https://user:password@hooks.example.org/",
        "https://hooks.example.org:0/",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/\r\nX-Evil:yes",
        "https://hooks.example.org/\u202ex",
        "https://[::1/",
        "https://localhost/",
        "https://localhost./",
        "https://db/",
        "https://2130706433/",
        "https://printer.local/",
        "https://api.internal/",
        f"https://hooks.example.org/{'x' * 2000}",
    ],
)
def test_urls_outside_of_the_internet_are_refused(alice: Any, address: str) -> None:
    with pytest.raises(InvalidAddress) as failure:
        set_address(user=alice, backend="webhook", address=address)
    assert failure.value.reason
    assert Address.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" https://Hooks.Example.org/X?y=1#z ", "https://hooks.example.org/X?y=1"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://hooks.example.org:8443", "https://hooks.example.org:8443"),
        ("https://[2001:4860:4860::8888]/x", "https://[2001:4860:4860::8888]/x"),
    ],
)
def test_an_address_is_stored_in_its_normal_form(alice: Any, given: str, kept: str) -> None:
    assert set_address(user=alice, backend="webhook", address=given).address == kept


def test_another_address_gets_another_secret(alice: Any) -> None:
    first = set_address(user=alice, backend="webhook", address="https://a.example.org/")
    assert first.secret.startswith("whsec_")
    same = set_address(user=alice, backend="webhook", address="https://a.example.org/")
    assert (same.pk, same.secret) == (first.pk, first.secret)
    other = set_address(user=alice, backend="webhook", address="https://b.example.org/")
    assert other.pk == first.pk
    assert other.secret != first.secret
    assert addresses(user=alice) == {"webhook": other}
    assert remove_address(user=alice, backend="webhook")
    assert not remove_address(user=alice, backend="webhook")
    assert addresses(user=alice) == {}


@pytest.mark.parametrize("backend", ["email", "inbox", "fax", ""])
def test_a_backend_without_addresses_is_refused(alice: Any, backend: str) -> None:
    Backend.objects.create(name="email", klass="notifications.backends.EmailBackend")
    Backend.objects.create(name="inbox")
    with pytest.raises(InvalidAddress, match="Allowed: webhook"):
        set_address(user=alice, backend=backend, address="https://a.example.org/")


def test_the_shortcut_registers_an_address(alice: Any, webhooks: Backend) -> None:
    for backend in ("webhook", webhooks):
        registered = shortcuts.set_address(alice, backend, "https://a.example.org/")
        assert registered == Address.objects.get()


def test_an_address_belongs_to_a_saved_user() -> None:
    with pytest.raises(WrongSubject):
        set_address(user=AnonymousUser(), backend="webhook", address="https://a.example.org/")


def test_secrets_of_addresses_are_not_printed(alice: Any) -> None:
    kept = set_address(user=alice, backend="webhook", address="https://a.example.org/token")
    assert kept.hint == "https://a.example.org…"
    kept.address = "tgram://token/chat"
    assert kept.hint == "tgram://…"
    assert "token" not in str(kept)


@pytest.mark.django_db(transaction=True)
def test_two_writers_leave_one_address(transactional_db: None, people: Callable[..., Any]) -> None:
    alice = people("alice")
    made = run_concurrently(
        lambda number: set_address(
            user=alice, backend="webhook", address=f"https://{number % 2}.example.org/"
        )
    )
    assert len({address.pk for address in made}) == 1
    assert Address.objects.count() == 1


def test_a_check_reports_a_missing_library(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.NOTIFICATION_BACKENDS = ["notifications.backends.WebhookBackend"]
    assert checks.check_messages() == []
    monkeypatch.setattr("notifications.backends.webhook.find_spec", lambda _: None)
    [error] = checks.check_messages()
    assert error.id == "notifications.E006"
    assert "[webhook]" in str(error.hint)


def test_an_abstract_backend_has_no_secret() -> None:
    assert AddressedBackend.new_secret() == ""
