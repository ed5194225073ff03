from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from notifications.addresses.registration import set_address
from notifications.models import Address, Backend
from tests.notifications.admin.requests import staff, text, url

SECRET = "https://hooks.example.org/very-secret"


@pytest.fixture
def registered(alice: Any) -> Address:
    klass = "notifications.backends.WebhookBackend"
    Backend.objects.create(name="webhook", display_name="Webhook", klass=klass)
    return set_address(user=alice, backend="webhook", address=SECRET)


def test_no_page_shows_a_full_address_or_secret(admin_client: Client, registered: Address) -> None:
    for page in (url(Address, "changelist"), url(Address, "change", registered.pk)):
        page_text = text(admin_client.get(page))
        assert "https://hooks.example.org…" in page_text
        assert "very-secret" not in page_text
        assert registered.secret not in page_text


def test_addresses_can_only_be_deleted(admin_client: Client, registered: Address) -> None:
    assert admin_client.get(url(Address, "add")).status_code == 403
    posted = {"address": "https://elsewhere.example.org/"}
    assert admin_client.post(url(Address, "change", registered.pk), posted).status_code == 403
    registered.refresh_from_db()
    assert registered.address == SECRET
    admin_client.post(url(Address, "delete", registered.pk), {"post": "yes"})
    assert not Address.objects.exists()


def test_viewing_addresses_needs_a_permission(
    client: Client, people: Any, registered: Address
) -> None:
    client.force_login(staff(people, "view_userprefs"))
    assert client.get(url(Address, "changelist")).status_code == 403


def test_the_list_takes_few_statements_at_any_size(
    admin_client: Client,
    people: Any,
    registered: Address,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    for size in (2, 12):
        for number in range(size):
            user = people(f"user{size}-{number}")
            set_address(user=user, backend="webhook", address=SECRET)
        with django_assert_max_num_queries(8):
            admin_client.get(url(Address, "changelist"))
