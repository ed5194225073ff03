"""Addresses that users register, their normal form, and their secrets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from notifications import shortcuts
from notifications.addresses.registration import addresses, remove_address, set_address
from notifications.backends import AddressedBackend, InvalidAddress
from notifications.errors import WrongSubject
from notifications.models import Address, Backend
from tests.notifications.preferences.test_concurrency import run_concurrently


@pytest.fixture(autouse=True)
def webhooks(db: None) -> Backend:
    klass = "notifications.backends.WebhookBackend"
    backend: Backend = Backend.objects.create(name="webhook", klass=klass)
    return backend


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


def test_an_abstract_backend_has_no_secret() -> None:
    assert AddressedBackend.new_secret() == ""
