"""E-mails as a mail server receives them."""

from collections.abc import Callable
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from notifications.backends import DeliveryFailed, EmailBackend, InboxBackend, smtp
from notifications.models import NotificationBackend, UserPrefs
from tests.notifications.backends.conftest import SITE
from tests.notifications.backends.smtp_server import MailServer
from tests.notifications.conftest import addressed


@pytest.fixture
def reader(alice: Any) -> Any:
    """Alice, with an address."""
    return addressed(alice)


def send(notification: Any, user: Any, **context: Any) -> None:
    EmailBackend(notification).send(user, context)


def body_of(message: Any, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def raw_header(mail_server: MailServer, name: str) -> str:
    """Return a header as it was sent, unfolded and not decoded."""
    message = BytesParser(policy=policy.compat32).parsebytes(mail_server.received[0])
    return "".join(str(message[name]).splitlines()).strip()


def test_a_notification_needs_no_templates(
    failed: Any, reader: Any, mail_server: MailServer, deliver: Any
) -> None:
    send(failed, reader, delivery=deliver(), message="It broke.", url="https://ci.example/7")
    [message] = mail_server.messages
    assert mail_server.recipients == [["alice@example.org"]]
    assert message["To"] == "alice@example.org"
    assert message["Subject"] == "[Forge] Pipeline failed"
    body, footer = body_of(message).split("\n\n-- \n")
    assert body == "Pipeline failed\nIt broke.\nhttps://ci.example/7"
    assert "You receive this because you turned it on." in footer
    assert "https://forge.example.org/preferences/\n" in footer
    assert not message.is_multipart()


def test_templates_of_the_notification_come_first(
    failed: Any, reader: Any, mail_server: MailServer, deliver: Any, templates: Callable[..., None]
) -> None:
    templates(
        **{
            "failed_email_subject.txt": "\nPipeline {{ number }}\n  of {{ user }} failed\n\n",
            "failed_email_message.txt": "{{ site.name }}: {{ branch }} & more",
            "failed_email_message.html": "<html><body><p>{{ branch }} &amp; more</p></body></html>",
        }
    )
    why = deliver("GROUP", groups=["<ops>"])
    send(failed, reader, delivery=why, number=7, branch="<main> & 'co'")
    [message] = mail_server.messages
    assert message["Subject"] == f"Pipeline 7 of {reader} failed"
    assert body_of(message).startswith("Forge: <main> & 'co' & more\n\n-- \n")
    html = body_of(message, "html")
    assert "<p>&lt;main&gt; &amp; &#x27;co&#x27; &amp; more</p><hr>" in html
    assert html.rstrip().endswith("</body></html>")
    assert html.count("Unsubscribe</a>") == 1
    assert "because your group &lt;ops&gt; has it turned on" in html
    assert "because your group <ops> has it turned on" in body_of(message)


def test_html_without_a_body_has_its_footer_at_the_end(
    failed: Any, reader: Any, mail_server: MailServer, templates: Callable[..., None]
) -> None:
    templates(**{"failed_email_message.html": "<p>Hello</p>"})
    send(failed, reader)
    assert body_of(mail_server.messages[0], "html").startswith("<p>Hello</p><hr>")


@pytest.mark.parametrize(
    "text",
    ["Сборка упала: «main» — ёжик", "構築に失敗しました" * 12, "Überaus wichtig 🚀", "بناء فاشل"],
)
def test_text_of_any_script_arrives_unchanged(
    failed: Any, reader: Any, mail_server: MailServer, templates: Callable[..., None], text: str
) -> None:
    templates(**{"failed_email_subject.txt": text, "failed_email_message.txt": text})
    send(failed, reader)
    [message] = mail_server.messages
    assert str(make_header(decode_header(raw_header(mail_server, "Subject")))) == text
    assert body_of(message).startswith(f"{text}\n")
    headers = mail_server.received[0].split(b"\r\n\r\n")[0]
    assert headers.isascii()
    assert max(map(len, mail_server.received[0].split(b"\r\n"))) < 998


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
    failed: Any,
    reader: Any,
    mail_server: MailServer,
    templates: Callable[..., None],
    unsafe_title: str,
) -> None:
    templates(**{"failed_email_subject.txt": "{{ title }}"})
    send(failed, reader, title=unsafe_title)
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
    failed: Any,
    reader: Any,
    mail_server: MailServer,
    templates: Callable[..., None],
    title: str,
    subject: str,
) -> None:
    templates(
        **{"failed_email_subject.txt": "{{ title }}", "failed_inbox_title.txt": "{{ title }}"}
    )
    send(failed, reader, title=title)
    assert str(make_header(decode_header(raw_header(mail_server, "Subject")))) == subject
    assert InboxBackend(failed).render_title(reader, {"title": title}) == subject


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
    failed: Any, alice: Any, mail_server: MailServer, address: str
) -> None:
    with pytest.raises(DeliveryFailed) as failure:
        send(failed, addressed(alice, address))
    assert failure.value.permanent
    assert mail_server.received == []


def test_an_international_domain_is_sent_as_idna(
    failed: Any, alice: Any, mail_server: MailServer
) -> None:
    send(failed, addressed(alice, "alice@bücher.example"))
    assert mail_server.recipients == [["alice@xn--bcher-kva.example"]]


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        ("алиса@example.org", "алиса@example.org"),
        ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
    ],
)
def test_a_non_ascii_local_part_is_sent_by_smtputf8(
    failed: Any, alice: Any, mail_server: MailServer, address: str, sent_to: str
) -> None:
    backend = EmailBackend(failed)
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
    failed: Any, alice: Any, mail_server: MailServer
) -> None:
    mail_server.extensions["SMTPUTF8"] = False
    with pytest.raises(DeliveryFailed, match="does not support SMTPUTF8") as failure:
        send(failed, addressed(alice, "jürgen@example.org"))
    assert failure.value.permanent
    assert mail_server.received == []


def test_other_mail_backends_get_addresses_unchanged(
    failed: Any, alice: Any, mailoutbox: Any
) -> None:
    send(failed, addressed(alice, "jürgen@example.org"))
    assert mailoutbox[0].to == ["jürgen@example.org"]


@pytest.mark.parametrize(
    ("source", "groups", "reason"),
    [
        ("USER", [], "because you turned it on."),
        ("DEFAULT", [], "because it is on by default."),
        ("GROUP", ["reviewers"], "because your group reviewers has it turned on."),
        ("GROUP", ["ops", "dev"], "because your groups ops, dev have it turned on."),
        ("REQUIRED", [], "because it is mandatory."),
    ],
)
def test_the_footer_has_the_reason(
    failed: Any,
    reader: Any,
    mail_server: MailServer,
    deliver: Any,
    source: str,
    groups: Any,
    reason: str,
) -> None:
    send(failed, reader, delivery=deliver(source, groups=groups))
    assert f"You receive this {reason}" in body_of(mail_server.messages[0])


def test_one_click_unsubscribes(
    failed: Any, reader: Any, mail_server: MailServer, deliver: Any
) -> None:
    send(failed, reader, delivery=deliver("DEFAULT"))
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
        reader,
        failed,
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
    failed: Any,
    reader: Any,
    mail_server: MailServer,
    deliver: Any,
    settings: Any,
    site: str,
    start: str,
    host: str,
) -> None:
    settings.NOTIFICATION_MESSAGES = {"SITE_URL": site}
    send(failed, reader, delivery=deliver())
    header = raw_header(mail_server, "List-Unsubscribe")
    assert header.startswith(f"<{start}/preferences/unsubscribe/")
    assert raw_header(mail_server, "Message-ID") == f"<delivery-d1@{host}>"


def unstoppable(failed: Any, settings: Any, why: str) -> None:
    if why == "private":
        failed.public = False
    elif why == "no site":
        settings.NOTIFICATION_MESSAGES = {}
    elif why == "no TLS":
        settings.DEBUG = True
        settings.NOTIFICATION_MESSAGES = {"SITE_URL": "http://127.0.0.1:8000"}
    elif why == "no page":
        settings.ROOT_URLCONF = "schema.urls"


@pytest.mark.parametrize("why", ["private", "no site", "no TLS", "no page"])
def test_a_header_without_a_usable_link_is_left_out(
    failed: Any, reader: Any, mail_server: MailServer, deliver: Any, settings: Any, why: str
) -> None:
    unstoppable(failed, settings, why)
    send(failed, reader, delivery=deliver())
    [message] = mail_server.messages
    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("delivered", [True, False])
def test_a_required_message_has_no_unsubscribe_link(
    failed: Any, reader: Any, mail_server: MailServer, deliver: Any, delivered: bool
) -> None:
    NotificationBackend.objects.filter(notification=failed).update(required=True)
    send(failed, reader, **({"delivery": deliver("REQUIRED")} if delivered else {}))
    [message] = mail_server.messages
    assert message["List-Unsubscribe"] is None
    assert "unsubscribe" not in body_of(message)


def test_all_attempts_at_a_delivery_have_one_id(
    failed: Any, reader: Any, mail_server: MailServer, deliver: Any
) -> None:
    for id_ in ("7f3a", "7f3a", "8b1c", "a b\r\n@<>", "a b\r\n@<>"):
        send(failed, reader, delivery=deliver(id=id_))
    ids = [str(message["Message-ID"]) for message in mail_server.messages]
    assert ids[:3] == [f"<delivery-{id_}@forge.example.org>" for id_ in ("7f3a", "7f3a", "8b1c")]
    assert ids[3] == ids[4]
    assert len(ids[3]) == len("<delivery-@forge.example.org>") + 32
    assert all(message["Auto-Submitted"] == "auto-generated" for message in mail_server.messages)


@pytest.mark.parametrize(
    ("language", "text"), [("de", "Sie erhalten das"), ("xx", "You receive this")]
)
def test_a_mail_is_in_the_users_language(
    failed: Any,
    reader: Any,
    mail_server: MailServer,
    deliver: Any,
    settings: Any,
    language: str,
    text: str,
) -> None:
    settings.NOTIFICATION_MESSAGES = {**SITE, "USER_LANGUAGE": "profile.language"}
    reader.profile = type("Profile", (), {"language": lambda _: language})()
    send(failed, reader, delivery=deliver())
    assert text in body_of(mail_server.messages[0])


def test_a_batch_shares_one_connection(
    failed: Any, reader: Any, people: Any, mail_server: MailServer
) -> None:
    backend = EmailBackend(failed)
    with backend.session():
        for _ in range(3):
            backend.send(reader)
    assert mail_server.connections == 1
    backend.send(reader)
    backend.send(reader)
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
    failed: Any, reader: Any, mail_server: MailServer, command: str, answer: str, permanent: bool
) -> None:
    backend = EmailBackend(failed)
    with backend.session():
        backend.send(reader)
        mail_server.answers[command] = answer
        with pytest.raises(DeliveryFailed) as failure:
            backend.send(reader)
        assert failure.value.permanent is permanent
        if answer != "DROP":
            assert answer[:3] in str(failure.value)
        mail_server.answers.clear()
        backend.send(reader)  # the connection still works
    assert len(mail_server.received) == 2


def test_an_unreachable_server_is_retried(
    failed: Any, reader: Any, mail_server: MailServer, free_port: int, settings: Any
) -> None:
    if hasattr(mail, "mailers"):
        settings.MAILERS["default"]["OPTIONS"]["port"] = free_port
    else:
        settings.EMAIL_PORT = free_port
    backend = EmailBackend(failed)
    with backend.session(), pytest.raises(DeliveryFailed) as failure:
        backend.send(reader)
    assert not failure.value.permanent


@pytest.mark.parametrize(("given", "otherwise"), [(1, 30), (None, 1)])
def test_a_silent_server_times_out(
    failed: Any,
    reader: Any,
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
        send(failed, reader)
    assert not failure.value.permanent
    assert monotonic() - begun < 4


def test_names_cannot_name_other_templates(
    failed: Any, reader: Any, mail_server: MailServer
) -> None:
    failed.name = "../../etc/passwd"
    send(failed, reader)
    assert mail_server.messages[0]["Subject"] == "[Forge] Pipeline failed"


def test_subclasses_use_the_context_like_django_notifier(failed: Any, reader: Any) -> None:
    class Letter(EmailBackend):
        def send(self, user: Any, context: Any = None) -> Any:
            super(EmailBackend, self).send(user, context)
            return self.template, self.context["user"], self.context["site"].name, self.context["x"]

    assert Letter(failed).send(reader, {"x": 1}) == (
        "notifications/failed_email.txt",
        reader,
        "Forge",
        1,
    )
