"""Requests reach the Internet and trusted hosts only."""

from typing import Any

import pytest

from notifications.addresses.registration import set_address
from notifications.backends import InvalidAddress, safe_http
from tests.notifications.backends.conftest import Resolver
from tests.notifications.backends.https_server import HOST, Receiver, refused

pytestmark = pytest.mark.usefixtures("webhooks")

PUBLIC = "8.8.8.8"
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


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """List of addresses to connect to; no connection is opened."""
    tried: list[Any] = []

    def connect(_socket: Any, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("notifications.backends.safe_http.socket.socket.connect", connect)
    return tried


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_in_a_private_network_is_refused(
    pipeline_failed: Any,
    alice: Any,
    resolver: Resolver,
    connected: list[Any],
    address: str,
    settings: Any,
) -> None:
    set_address(user=alice, backend="webhook", address=f"https://{HOST}/")
    for meaning in ([address], [PUBLIC, address]):
        resolver(meaning)
        assert refused(pipeline_failed, alice).permanent
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
    pipeline_failed: Any,
    alice: Any,
    resolver: Resolver,
    connected: list[Any],
    address: str,
    reached: str,
) -> None:
    set_address(user=alice, backend="webhook", address=f"https://{HOST}/")
    resolver([address])
    assert not refused(pipeline_failed, alice).permanent
    assert [each[:2] for each in connected] == [(reached, 443)]


def test_dns_rebinding_has_no_effect(
    pipeline_failed: Any, alice: Any, resolver: Resolver, connected: list[Any]
) -> None:
    set_address(user=alice, backend="webhook", address=f"https://{HOST}/")
    lookups = resolver([PUBLIC], ["127.0.0.1"])
    refused(pipeline_failed, alice)
    assert lookups == [HOST]  # resolved once, and connected to the checked address
    assert connected == [(PUBLIC, 443)]


def test_a_trusted_host_is_trusted_by_its_name(
    pipeline_failed: Any, alice: Any, hooks: Receiver
) -> None:
    set_address(user=alice, backend="webhook", address=hooks.url)
    with pytest.raises(InvalidAddress):
        set_address(user=alice, backend="webhook", address=f"https://127.0.0.1:{hooks.port}/")
