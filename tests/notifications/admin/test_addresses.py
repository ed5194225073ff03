from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from notifications.addresses.registration import set_address
from notifications.models import Address, Backend
from tests.notifications.admin.admin_client import staff, text, url

SECRET = "https://hooks.example.org/very-secret"


@pytest.fixture
def registered(alice: Any) -> Address:
    klass = "notifications.backends.WebhookBackend"
    Backend.objects.create(name="webhook", display_name="Webhook", klass=klass)
    return set_address(user=alice, backend="webhook", address=SECRET)


def test_no_page_shows_an_address_in_full_or_its_secret(desk: Client, registered: Address) -> None:
    for page in (url(Address, "changelist"), url(Address, "change", registered.pk)):
        shown = text(desk.get(page))
        assert "https://hooks.example.org…" in shown
        assert "very-secret" not in shown
        assert registered.secret not in shown


def test_an_address_can_be_forgotten_but_not_written(desk: Client, registered: Address) -> None:
    assert desk.get(url(Address, "add")).status_code == 403
    posted = {"address": "https://elsewhere.example.org/"}
    assert desk.post(url(Address, "change", registered.pk), posted).status_code == 403
    registered.refresh_from_db()
    assert registered.address == SECRET
    desk.post(url(Address, "delete", registered.pk), {"post": "yes"})
    assert not Address.objects.exists()


def test_only_those_who_may_see_addresses_see_them(
    client: Client, people: Any, registered: Address
) -> None:
    client.force_login(staff(people, "view_userprefs"))
    assert client.get(url(Address, "changelist")).status_code == 403


def test_the_list_costs_the_same_for_any_number(
    desk: Client,
    people: Any,
    registered: Address,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    for size in (2, 12):
        for number in range(size):
            user = people(f"user{size}-{number}")
            set_address(user=user, backend="webhook", address=SECRET)
        with django_assert_max_num_queries(8):
            desk.get(url(Address, "changelist"))
