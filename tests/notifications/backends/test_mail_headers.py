"""Headers of e-mails: subject, links to unsubscribe, and IDs."""

from collections.abc import Callable
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from notifications.backends import InboxBackend
from notifications.models import NotificationBackend, UserPrefs
from tests.notifications.backends.smtp_server import MailServer, body_of, raw_header, send


@pytest.mark.parametrize(
    "unsafe_title",
    [
        "x\r\nBcc: eve@example.org",
        "x\nBcc: eve@example.org\n\nbody",
        "x\r\n\r\n<b>body</b>",
        "x\u2028Bcc: eve@example.org",
        "x\x0bBcc:\x00 eve@example.org\x08",
    ],
)
def test_a_subject_stays_one_line(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    templates: Callable[..., None],
    unsafe_title: str,
) -> None:
    templates(**{"failed_email_subject.txt": "{{ title }}"})
    send(pipeline_failed, alice_with_address, title=unsafe_title)
    [message] = mail_server.messages
    assert mail_server.recipients == [["alice@example.org"]]
    assert message["Bcc"] is None
    assert str(message["Subject"]).startswith("x ")
    assert str(message["Subject"]).isprintable()
    assert body_of(message).startswith("Pipeline failed")


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        (
            "\u0646\u0627\u0645\u0647\u200c\u0647\u0627",
            "\u0646\u0627\u0645\u0647\u200c\u0647\u0627",
        ),
        (
            "👨\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f",
            "👨\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f",
        ),
        ("à 5\u00a0€\u3000全角", "à 5\u00a0€\u3000全角"),
        (
            "co\u00adop \u200fשמש\u200e \u2067ab\u2069",
            "co\u00adop \u200fשמש\u200e \u2067ab\u2069",
        ),
        ("\U0001fae8 \ue000 \U0001fad7", "\U0001fae8 \ue000 \U0001fad7"),
        ("a\u202egpj.exe\u202c", "agpj.exe"),
        ("a\x07b\x1b[2J\x9bc\x7f", "ab[2Jc"),
        (" a\tb\x85c\u2029d\n\ne ", "a b c d e"),
    ],
)
def test_control_characters_are_removed_from_subjects(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    templates: Callable[..., None],
    title: str,
    subject: str,
) -> None:
    templates(
        **{"failed_email_subject.txt": "{{ title }}", "failed_inbox_title.txt": "{{ title }}"}
    )
    send(pipeline_failed, alice_with_address, title=title)
    assert str(make_header(decode_header(raw_header(mail_server, "Subject")))) == subject
    assert (
        InboxBackend(pipeline_failed).render_title(alice_with_address, {"title": title}) == subject
    )


def test_one_click_unsubscribes(
    pipeline_failed: Any, alice_with_address: Any, mail_server: MailServer, deliver: Any
) -> None:
    send(pipeline_failed, alice_with_address, delivery=deliver("DEFAULT"))
    assert raw_header(mail_server, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    header = raw_header(mail_server, "List-Unsubscribe")
    assert header.startswith("<https://forge.example.org/preferences/unsubscribe/")
    assert header.endswith(">")
    url = header.strip("<>")
    assert url in body_of(mail_server.messages[0])
    Client(enforce_csrf_checks=True).post(
        urlsplit(url).path, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
    )
    [pref] = UserPrefs.objects.all()
    assert (pref.user, pref.notification, pref.backend.name, pref.notify) == (
        alice_with_address,
        pipeline_failed,
        "email",
        False,
    )


@pytest.mark.parametrize(
    ("site", "start", "host"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        (
            "https://bücher.example:8443",
            "https://xn--bcher-kva.example:8443",
            "xn--bcher-kva.example",
        ),
        ("https://forge.example.org/ä", "https://forge.example.org/%C3%A4", "forge.example.org"),
        ("HTTPS://Forge.example.org", "https://Forge.example.org", "forge.example.org"),
        ("https://[::1]:8000", "https://[::1]:8000", "::1"),
    ],
)
def test_links_in_headers_are_ascii(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    deliver: Any,
    settings: Any,
    site: str,
    start: str,
    host: str,
) -> None:
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": site}
    send(pipeline_failed, alice_with_address, delivery=deliver())
    header = raw_header(mail_server, "List-Unsubscribe")
    assert header.startswith(f"<{start}/preferences/unsubscribe/")
    assert raw_header(mail_server, "Message-ID") == f"<delivery-d1@{host}>"


def remove_unsubscribe_link(pipeline_failed: Any, settings: Any, why: str) -> None:
    if why == "private":
        pipeline_failed.public = False
    elif why == "no site":
        settings.NOTIFICATION_MESSAGES = {}
    elif why == "no TLS":
        settings.DEBUG = True
        settings.NOTIFICATION_MESSAGES = {"SITE_URL": "http://127.0.0.1:8000"}
    elif why == "no page":
        settings.ROOT_URLCONF = "schema.urls"


@pytest.mark.parametrize("why", ["private", "no site", "no TLS", "no page"])
def test_a_header_without_a_usable_link_is_left_out(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    deliver: Any,
    settings: Any,
    why: str,
) -> None:
    remove_unsubscribe_link(pipeline_failed, settings, why)
    send(pipeline_failed, alice_with_address, delivery=deliver())
    [message] = mail_server.messages
    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("delivered", [True, False])
def test_a_required_message_has_no_unsubscribe_link(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    deliver: Any,
    delivered: bool,
) -> None:
    NotificationBackend.objects.filter(notification=pipeline_failed).update(required=True)
    send(
        pipeline_failed,
        alice_with_address,
        **({"delivery": deliver("REQUIRED")} if delivered else {}),
    )
    [message] = mail_server.messages
    assert message["List-Unsubscribe"] is None
    assert "unsubscribe" not in body_of(message)


def test_all_attempts_at_a_delivery_have_one_id(
    pipeline_failed: Any, alice_with_address: Any, mail_server: MailServer, deliver: Any
) -> None:
    for id_ in ("7f3a", "7f3a", "8b1c", "a b\r\n@<>", "a b\r\n@<>"):
        send(pipeline_failed, alice_with_address, delivery=deliver(id=id_))
    ids = [str(message["Message-ID"]) for message in mail_server.messages]
    assert ids[:3] == [f"<delivery-{id_}@forge.example.org>" for id_ in ("7f3a", "7f3a", "8b1c")]
    assert ids[3] == ids[4]
    assert len(ids[3]) == len("<delivery-@forge.example.org>") + 32
    assert all(message["Auto-Submitted"] == "auto-generated" for message in mail_server.messages)
