"""Addresses, connections and errors of the mail server."""

from time import monotonic
from typing import Any

import pytest
from django.core import mail

from notifications.backends import DeliveryFailed, EmailBackend, smtp
from tests.notifications.backends.smtp_server import MailServer, body_of, raw_header, send
from tests.notifications.conftest import addressed


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "alice@example.org\nBcc: eve@example.org",
        "alice@example.org\r\nRCPT TO:<eve@example.org>",
        "alice@example.org, eve@example.org",
        "Alice <alice@example.org>",
        '"\n"@example.org',
        "jürgen\u2028@example.org",
        "jürgen\u00a0x@example.org",
        "jürgen @example.org",
        "@",
    ],
)
def test_an_invalid_address_is_a_permanent_failure(
    pipeline_failed: Any, alice: Any, mail_server: MailServer, address: str
) -> None:
    with pytest.raises(DeliveryFailed) as failure:
        send(pipeline_failed, addressed(alice, address))
    assert failure.value.permanent
    assert mail_server.received == []


def test_an_international_domain_is_sent_as_idna(
    pipeline_failed: Any, alice: Any, mail_server: MailServer
) -> None:
    send(pipeline_failed, addressed(alice, "alice@bücher.example"))
    assert mail_server.recipients == [["alice@xn--bcher-kva.example"]]


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        ("алиса@example.org", "алиса@example.org"),
        ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
    ],
)
def test_a_non_ascii_local_part_is_sent_by_smtputf8(
    pipeline_failed: Any, alice: Any, mail_server: MailServer, address: str, sent_to: str
) -> None:
    backend = EmailBackend(pipeline_failed)
    with backend.session():
        backend.send(addressed(alice, address), {"message": "Grüße"})
        backend.send(addressed(alice, "alice@example.org"), {"message": "Grüße"})
    assert mail_server.recipients == [[sent_to], ["alice@example.org"]]
    assert ("SMTPUTF8" in mail_server.options[0], "SMTPUTF8" in mail_server.options[1]) == (
        True,
        False,
    )
    assert f"To: {sent_to}\r\n".encode() in mail_server.received[0]
    message, other = mail_server.messages
    assert body_of(message).startswith("Pipeline failed\nGrüße")
    assert message["Subject"] == other["Subject"]
    assert raw_header(mail_server, "List-Unsubscribe").startswith("<https://")
    assert set(message.keys()) == set(other.keys())
    assert mail_server.connections == 1


def test_a_server_without_smtputf8_is_a_permanent_failure(
    pipeline_failed: Any, alice: Any, mail_server: MailServer
) -> None:
    mail_server.extensions["SMTPUTF8"] = False
    with pytest.raises(DeliveryFailed, match="does not support SMTPUTF8") as failure:
        send(pipeline_failed, addressed(alice, "jürgen@example.org"))
    assert failure.value.permanent
    assert mail_server.received == []


def test_other_mail_backends_get_addresses_unchanged(
    pipeline_failed: Any, alice: Any, mailoutbox: Any
) -> None:
    send(pipeline_failed, addressed(alice, "jürgen@example.org"))
    assert mailoutbox[0].to == ["jürgen@example.org"]


def test_a_batch_shares_one_connection(
    pipeline_failed: Any, alice_with_address: Any, people: Any, mail_server: MailServer
) -> None:
    backend = EmailBackend(pipeline_failed)
    with backend.session():
        for _ in range(3):
            backend.send(alice_with_address)
    assert mail_server.connections == 1
    backend.send(alice_with_address)
    backend.send(alice_with_address)
    assert mail_server.connections == 3
    assert len(mail_server.received) == 5


@pytest.mark.parametrize(
    ("command", "answer", "permanent"),
    [
        ("RCPT", "550 5.1.1 No such user", True),
        ("RCPT", "450 4.2.0 Greylisted", False),
        ("DATA", "554 5.7.1 Rejected as spam", True),
        ("DATA", "451 4.3.0 Try again later", False),
        ("MAIL", "550 5.7.1 Sender is not allowed", False),
        ("MAIL", "421 4.7.0 Too many messages", False),
        ("MAIL", "DROP", False),
        ("RCPT", "DROP", False),
        ("DATA", "DROP", False),
    ],
)
def test_answers_of_the_server_are_permanent_or_not(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    command: str,
    answer: str,
    permanent: bool,
) -> None:
    backend = EmailBackend(pipeline_failed)
    with backend.session():
        backend.send(alice_with_address)
        mail_server.answers[command] = answer
        with pytest.raises(DeliveryFailed) as failure:
            backend.send(alice_with_address)
        assert failure.value.permanent is permanent
        if answer != "DROP":
            assert answer[:3] in str(failure.value)
        mail_server.answers.clear()
        backend.send(alice_with_address)  # the connection still works
    assert len(mail_server.received) == 2


def test_an_unreachable_server_is_retried(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    free_port: int,
    settings: Any,
) -> None:
    if hasattr(mail, "mailers"):
        settings.MAILERS["default"]["OPTIONS"]["port"] = free_port
    else:
        settings.EMAIL_PORT = free_port
    backend = EmailBackend(pipeline_failed)
    with backend.session(), pytest.raises(DeliveryFailed) as failure:
        backend.send(alice_with_address)
    assert not failure.value.permanent


@pytest.mark.parametrize(("given", "otherwise"), [(1, 30), (None, 1)])
def test_a_silent_server_times_out(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    silent_port: int,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    given: int | None,
    otherwise: int,
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", otherwise)
    if hasattr(mail, "mailers"):
        settings.MAILERS["default"]["OPTIONS"] |= {"port": silent_port, "timeout": given}
    else:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent_port, given
    begun = monotonic()
    with pytest.raises(DeliveryFailed, match="timed out") as failure:
        send(pipeline_failed, alice_with_address)
    assert not failure.value.permanent
    assert monotonic() - begun < 4
