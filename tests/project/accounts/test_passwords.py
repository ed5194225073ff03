"""Pages that change a password, or send mail to reset it, can be used so often."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import set_script_prefix

from schema.auth import rates

RESET = "/accounts/password_reset/"
CHANGE = ["/accounts/password_change/", "/admin/password_change/"]
NEW = "a-long-new-secret"


class Clock:
    now = 1_000_000_800.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    settings.NOTIFICATION_RATES = {
        "PASSWORD_RESETS_PER_ACCOUNT": "2/h",
        "PASSWORD_RESETS_PER_ADDRESS": "4/h",
        "PASSWORD_CHANGES_PER_ACCOUNT": "3/5m",
    }
    cache.clear()
    yield clock
    cache.clear()
    set_script_prefix("/")


@pytest.fixture
def reader(alice: Any) -> Any:
    setattr(alice, type(alice).get_email_field_name(), "alice@example.org")
    alice.save()
    return alice


def reset(email: str = "alice@example.org", **extra: Any) -> int:
    return Client().post(RESET, {"email": email}, **extra).status_code


def test_an_account_is_sent_so_many_mails(reader: Any, clock: Clock) -> None:
    networks = [f"203.0.113.{number}" for number in range(4)]
    assert [reset(REMOTE_ADDR=each) for each in networks] == [302, 302, 429, 429]
    assert len(mail.outbox) == 2
    clock.now += 3600
    assert reset() == 302
    assert len(mail.outbox) == 3


def test_an_address_sends_so_many_mails(reader: Any) -> None:
    assert [reset(f"user-{number}@example.org") for number in range(5)] == [302] * 4 + [429]
    assert reset() == 429
    assert reset(REMOTE_ADDR="192.0.2.7") == 302
    assert len(mail.outbox) == 1


def test_a_refused_address_spends_nothing_of_an_account(reader: Any, settings: Any) -> None:
    settings.NOTIFICATION_RATES |= {"PASSWORD_RESETS_PER_ADDRESS": "1/h"}
    assert [reset() for _ in range(9)] == [302] + [429] * 8
    assert reset(REMOTE_ADDR="192.0.2.7") == 302
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("email", ["ALICE@example.org", "alice@EXAMPLE.org", " alice@example.org "])
def test_other_spellings_are_one_account(reader: Any, email: str) -> None:
    assert [reset(), reset(), reset(email)] == [302, 302, 429]


def test_the_answer_does_not_tell_of_accounts(reader: Any) -> None:
    def pages(email: str) -> list[tuple[int, bytes]]:
        cache.clear()
        answers = [Client().post(RESET, {"email": email}) for _ in range(3)]
        return [(answer.status_code, answer.content) for answer in answers]

    assert pages("alice@example.org") == pages("nobody@example.org")
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("site", "start"),
    [
        ("https://preferences.example.org", "https://preferences.example.org/accounts/reset/"),
        ("https://example.org/app/", "https://example.org/app/accounts/reset/"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/accounts/reset/"),
    ],
)
def test_the_link_leads_to_the_site(reader: Any, settings: Any, site: str, start: str) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": site}
    hosts = {"host": "attacker.test", "x-forwarded-host": "attacker.test"}
    assert reset(headers=hosts, secure=True, SCRIPT_NAME="/app") == 302
    [message] = mail.outbox
    assert start in message.body
    assert "attacker.test" not in f"{message.subject} {message.body}"
    assert "/app/app/" not in message.body


def test_without_a_site_no_mail_is_sent(
    reader: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.NOTIFICATION_MESSAGES = {}
    assert reset() == 302
    assert not mail.outbox
    assert "SITE_URL is not set" in caplog.text


def test_the_link_sets_a_new_password(reader: Any) -> None:
    reset()
    link = next(word for word in mail.outbox[0].body.split() if "/reset/" in word)
    client = Client(headers={"host": "testserver"})
    page = client.get(link.removeprefix("https://testserver"), follow=True)
    answer = client.post(page.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})
    assert answer.status_code == 302
    reader.refresh_from_db()
    assert reader.check_password(NEW)


def change(client: Client, path: str, old: str = "wrong") -> int:
    given = {"old_password": old, "new_password1": NEW, "new_password2": NEW}
    return client.post(path, given).status_code


@pytest.mark.parametrize("path", CHANGE)
def test_an_old_password_can_be_guessed_so_often(
    admin: Any, client: Client, clock: Clock, path: str
) -> None:
    client.force_login(admin)
    assert [change(client, path) for _ in range(4)] == [200, 200, 200, 429]
    assert change(client, path, "password") == 429
    clock.now += 300
    assert change(client, path, "password") == 302
    admin.refresh_from_db()
    assert admin.check_password(NEW)


def test_both_pages_count_together(admin: Any, client: Client) -> None:
    client.force_login(admin)
    assert [change(client, path) for path in CHANGE * 2] == [200, 200, 200, 429]


def test_a_change_restores_the_budget(admin: Any, client: Client) -> None:
    client.force_login(admin)
    assert [change(client, CHANGE[0]) for _ in range(2)] == [200, 200]
    assert change(client, CHANGE[0], "password") == 302
    assert [change(client, CHANGE[0]) for _ in range(4)] == [200, 200, 200, 429]


def test_a_redirect_restores_nothing(alice: Any, client: Client) -> None:
    client.force_login(alice)
    assert [change(client, CHANGE[0]) for _ in range(2)] == [200, 200]
    assert change(client, CHANGE[1]) == 302  # to sign in to the admin
    assert change(client, CHANGE[0]) == 429


def test_pages_are_not_counted(admin: Any, client: Client) -> None:
    client.force_login(admin)
    for path in CHANGE:
        assert {client.get(path).status_code for _ in range(5)} == {200}
    assert {client.get(RESET).status_code for _ in range(5)} == {200}
