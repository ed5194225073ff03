"""Address of the client, with and without proxies."""

import logging
from typing import Any

import pytest
from django.test import RequestFactory

from schema.auth import client_address, rates


def address(remote_address: str = "192.0.2.1", forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return rates.address_of(RequestFactory(REMOTE_ADDR=remote_address).get("/", headers=headers))


@pytest.mark.parametrize(
    ("proxies", "remote_address", "forwarded", "expected"),
    [
        (0, "192.0.2.1", None, "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "192.0.2.1", "198.51.100.7", "198.51.100.7"),
        (1, "192.0.2.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "192.0.2.1", "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "192.0.2.1", None, "192.0.2.1"),
        (1, "192.0.2.1", "", "unknown"),
        (1, "192.0.2.1", "198.51.100.7, ", "unknown"),
        (2, "192.0.2.1", ", 198.51.100.7", "unknown"),
        (1, "192.0.2.1", "203.0.113.9, nonsense", "unknown"),
    ],
)
def test_forwarded_addresses_need_trusted_proxies(
    settings: Any, proxies: int, remote_address: str, forwarded: str | None, expected: str
) -> None:
    settings.NOTIFICATION_RATES = {"TRUSTED_PROXIES": proxies}
    assert address(remote_address, forwarded) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.11", "203.0.113.11"),
        ("203.0.113.11:4000", "203.0.113.11"),
        ("  203.0.113.11:4000\t", "203.0.113.11"),
        ('"203.0.113.11:4000"', "203.0.113.11"),
        ("for=203.0.113.11", "203.0.113.11"),
        ('For="[2001:db8::1]:4711"', "2001:db8::/64"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:FFFF::1", "2001:db8:1:2::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("[fe80::1%25eth0]:443", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
        *((text, "unknown") for text in ("", " ", "unknown", "_hidden", "unix:", "[", "]:1", '"')),
        *((text, "unknown") for text in ("256.0.0.1", "1.2.3", ":::", "1" * 500, "\x00")),
    ],
)
def test_addresses_are_parsed_as_proxies_write_them(
    settings: Any, text: str, expected: str
) -> None:
    settings.NOTIFICATION_RATES = {"TRUSTED_PROXIES": 1}
    assert client_address.parsed(text) == expected
    assert address(text) == expected
    assert address(forwarded=text) == expected


@pytest.fixture
def new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process before its first request."""
    monkeypatch.setattr(client_address, "_warning", client_address._Warning())  # noqa: SLF001


def test_the_first_forwarded_request_is_logged(
    new: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.NOTIFICATION_RATES = {}
    address()
    assert not caplog.records
    for _ in range(3):
        address(forwarded="198.51.100.7")
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "TRUSTED_PROXIES" in record.getMessage()
    assert "198.51.100.7" not in record.getMessage()


def test_behind_trusted_proxies_nothing_is_logged(
    new: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.NOTIFICATION_RATES = {"TRUSTED_PROXIES": 1}
    address(forwarded="198.51.100.7")
    assert not caplog.records


def test_without_rates_nothing_is_logged(
    new: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.NOTIFICATION_RATES = None
    address(forwarded="198.51.100.7")
    assert not caplog.records
