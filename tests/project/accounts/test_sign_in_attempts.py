"""Attempts to sign in are limited, and no stranger locks anybody out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from schema.auth import rates

FORMS = ["/accounts/login/", "/admin/login/"]


class Clock:
    now = 1_000_000_200.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    settings.NOTIFICATION_RATES = {"SIGN_INS_PER_ACCOUNT": "3/5m", "SIGN_INS_PER_ADDRESS": "8/5m"}
    cache.clear()
    yield clock
    cache.clear()


def attempt(
    username: str = "admin", password: str | None = None, path: str = FORMS[0], **extra: Any
) -> Any:
    return Client(**extra).post(path, {"username": username, "password": password or "wrong"})


def statuses(times: int, *args: str, **more: Any) -> list[int]:
    return [attempt(*args, **more).status_code for _ in range(times)]


@pytest.mark.parametrize("path", FORMS)
def test_an_account_can_be_tried_so_often(admin: Any, clock: Clock, path: str) -> None:
    assert statuses(3, path=path) == [200, 200, 200]
    clock.now += 70
    response = attempt(password="password", path=path)  # even the right one is not looked at
    assert response.status_code == 429
    assert response["Retry-After"] == "230"
    assert "_auth_user_id" not in response.client.session
    clock.now += 230
    assert attempt(password="password", path=path).status_code == 302


def test_the_page_says_how_long_to_wait(admin: Any, clock: Clock) -> None:
    statuses(3)
    clock.now += 70
    assert "Try again in 4 minutes." in attempt().content.decode()
    clock.now += 200
    assert "Try again in 1 minute." in attempt().content.decode()
    german = attempt(headers={"accept-language": "de"}).content.decode()
    assert "Versuchen Sie es in 1 Minute noch einmal." in german


def test_every_form_counts_the_same(admin: Any) -> None:
    assert statuses(2, path=FORMS[0]) == [200, 200]
    assert statuses(2, path=FORMS[1]) == [200, 429]


@pytest.mark.parametrize("name", ["ADMIN", " admin ", "\N{FULLWIDTH LATIN SMALL LETTER A}dmin"])
def test_a_name_written_otherwise_is_the_same_account(admin: Any, name: str) -> None:
    statuses(3)
    assert attempt(name).status_code == 429


def test_answers_do_not_reveal_accounts(admin: Any) -> None:
    assert statuses(4, "admin") == statuses(4, "nobody") == [200, 200, 200, 429]


def test_an_address_can_try_so_many_accounts(admin: Any) -> None:
    assert [attempt(f"name-{n}").status_code for n in range(8)] == [200] * 8
    assert attempt(password="password").status_code == 429
    assert attempt(password="password", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_client_cannot_say_that_it_is_somewhere_else(admin: Any) -> None:
    for n in range(8):
        attempt(f"name-{n}", headers={"x-forwarded-for": f"192.0.2.{n}"})
    elsewhere = {"x-forwarded-for": "192.0.2.99"}
    assert attempt("another", headers=elsewhere).status_code == 429


def test_who_signs_in_is_no_guesser(admin: Any) -> None:
    for _ in range(2):
        assert statuses(2) == [200, 200]
        assert attempt(password="password").status_code == 302


def test_signing_in_does_not_forgive_the_address(admin: Any, alice: Any) -> None:
    for n in range(6):
        attempt(f"name-{n}")
    assert attempt("alice", "password").status_code == 302
    assert statuses(2) == [200, 429]


HOME, ELSEWHERE = "192.0.2.7", "198.51.100.1"


def sign_in(client: Client, username: str = "admin", address: str = HOME) -> int:
    given = {"username": username, "password": "password"}
    return client.post(FORMS[0], given, REMOTE_ADDR=address).status_code


def guess(times: int, *, address: str = ELSEWHERE, client: Client | None = None) -> list[int]:
    given = {"username": "admin", "password": "wrong"}
    clients = [client or Client() for _ in range(times)]
    return [each.post(FORMS[0], given, REMOTE_ADDR=address).status_code for each in clients]


def addresses(count: int) -> list[str]:
    return [f"203.0.113.{number}" for number in range(count)]


def test_a_stranger_elsewhere_locks_nobody_out(admin: Any) -> None:
    assert guess(9)[-1] == 429
    assert sign_in(Client()) == 302


def test_a_refused_address_spends_nothing_of_accounts(admin: Any, settings: Any) -> None:
    settings.NOTIFICATION_RATES |= {
        "SIGN_INS_PER_ADDRESS": "2/5m",
        "SIGN_INS_PER_ACCOUNT_ANYWHERE": "4/5m",
    }
    assert guess(20) == [200] * 2 + [429] * 18
    assert sign_in(Client()) == 302


def test_a_refused_network_spends_nothing_of_others(admin: Any, settings: Any) -> None:
    settings.NOTIFICATION_RATES |= {
        "SIGN_INS_PER_ADDRESS": "99/5m",
        "SIGN_INS_PER_ACCOUNT_ANYWHERE": "4/5m",
    }
    assert guess(20) == [200] * 3 + [429] * 17
    assert sign_in(Client()) == 302


@pytest.fixture
def few(settings: Any) -> None:
    settings.NOTIFICATION_RATES |= {"SIGN_INS_PER_ACCOUNT_ANYWHERE": "6/5m"}


def test_many_networks_have_one_budget_for_an_account(admin: Any, few: None) -> None:
    statuses = [guess(1, address=address)[0] for address in addresses(9)]
    assert statuses == [200] * 6 + [429] * 3
    assert sign_in(Client()) == 429  # a new device in a new network


def test_a_network_used_before_is_not_locked(admin: Any, few: None, clock: Clock) -> None:
    assert sign_in(Client()) == 302
    clock.now += 300
    assert [guess(1, address=address)[0] for address in addresses(9)][-1] == 429
    assert sign_in(Client()) == 302
    assert sign_in(Client(), address=ELSEWHERE) == 429


def test_a_device_used_before_is_not_locked(admin: Any, few: None) -> None:
    device = Client()
    assert sign_in(device) == 302
    device.post("/accounts/logout/")
    assert [guess(1, address=address)[0] for address in addresses(9)][-1] == 429
    assert guess(9, address=HOME)[-1] == 429  # a stranger in the network
    assert sign_in(device) == 302
    assert sign_in(device, address=ELSEWHERE) == 302


def test_an_address_without_budget_leaves_its_devices(admin: Any) -> None:
    device = Client()
    assert sign_in(device) == 302
    for number in range(9):
        attempt(f"name-{number}", REMOTE_ADDR=HOME)
    assert sign_in(Client()) == 429
    assert sign_in(device) == 302


def test_a_device_has_a_budget_of_its_own(admin: Any, settings: Any) -> None:
    settings.NOTIFICATION_RATES |= {"SIGN_INS_PER_DEVICE": "3/5m"}
    device = Client()
    assert sign_in(device) == 302
    assert guess(4, client=device) == [200, 200, 200, 429]
    assert sign_in(device) == 429
    assert sign_in(Client()) == 302


def test_a_device_is_known_for_its_accounts_alone(admin: Any, alice: Any) -> None:
    device = Client()
    assert sign_in(device, "alice") == 302
    device.post("/accounts/logout/")
    assert guess(9, client=device)[-1] == 429
    assert sign_in(device, "alice", ELSEWHERE) == 302


def test_requests_without_an_address_are_counted(admin: Any) -> None:
    assert [attempt(f"name-{n}", REMOTE_ADDR="").status_code for n in range(9)][-1] == 429


def test_other_errors_are_left_alone(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("project.accounts.sign_in.address_of", lambda _request: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        attempt()
