"""Texts of e-mails as a mail server receives them."""

from collections.abc import Callable
from email.header import decode_header, make_header
from typing import Any

import pytest

from notifications.backends import EmailBackend
from tests.notifications.backends.conftest import SITE
from tests.notifications.backends.smtp_server import MailServer, body_of, raw_header, send


def test_a_notification_needs_no_templates(
    pipeline_failed: Any, alice_with_address: Any, mail_server: MailServer, deliver: Any
) -> None:
    send(
        pipeline_failed,
        alice_with_address,
        delivery=deliver(),
        message="It broke.",
        url="https://ci.example/7",
    )
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
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    deliver: Any,
    templates: Callable[..., None],
) -> None:
    templates(
        **{
            "failed_email_subject.txt": "\nPipeline {{ number }}\n  of {{ user }} failed\n\n",
            "failed_email_message.txt": "{{ site.name }}: {{ branch }} & more",
            "failed_email_message.html": "<html><body><p>{{ branch }} &amp; more</p></body></html>",
        }
    )
    why = deliver("GROUP", groups=["<ops>"])
    send(pipeline_failed, alice_with_address, delivery=why, number=7, branch="<main> & 'co'")
    [message] = mail_server.messages
    assert message["Subject"] == f"Pipeline 7 of {alice_with_address} failed"
    assert body_of(message).startswith("Forge: <main> & 'co' & more\n\n-- \n")
    html = body_of(message, "html")
    assert "<p>&lt;main&gt; &amp; &#x27;co&#x27; &amp; more</p><hr>" in html
    assert html.rstrip().endswith("</body></html>")
    assert html.count("Unsubscribe</a>") == 1
    assert "because your group &lt;ops&gt; has it turned on" in html
    assert "because your group <ops> has it turned on" in body_of(message)


def test_html_without_a_body_has_its_footer_at_the_end(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    templates: Callable[..., None],
) -> None:
    templates(**{"failed_email_message.html": "<p>Hello</p>"})
    send(pipeline_failed, alice_with_address)
    assert body_of(mail_server.messages[0], "html").startswith("<p>Hello</p><hr>")


@pytest.mark.parametrize(
    "text",
    ["Сборка упала: «main» — ёжик", "構築に失敗しました" * 12, "Überaus wichtig 🚀", "بناء فاشل"],
)
def test_text_of_any_script_arrives_unchanged(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    templates: Callable[..., None],
    text: str,
) -> None:
    templates(**{"failed_email_subject.txt": text, "failed_email_message.txt": text})
    send(pipeline_failed, alice_with_address)
    [message] = mail_server.messages
    assert str(make_header(decode_header(raw_header(mail_server, "Subject")))) == text
    assert body_of(message).startswith(f"{text}\n")
    headers = mail_server.received[0].split(b"\r\n\r\n")[0]
    assert headers.isascii()
    assert max(map(len, mail_server.received[0].split(b"\r\n"))) < 998


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
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    deliver: Any,
    source: str,
    groups: Any,
    reason: str,
) -> None:
    send(pipeline_failed, alice_with_address, delivery=deliver(source, groups=groups))
    assert f"You receive this {reason}" in body_of(mail_server.messages[0])


@pytest.mark.parametrize(
    ("language", "text"), [("de", "Sie erhalten das"), ("xx", "You receive this")]
)
def test_a_mail_is_in_the_users_language(
    pipeline_failed: Any,
    alice_with_address: Any,
    mail_server: MailServer,
    deliver: Any,
    settings: Any,
    language: str,
    text: str,
) -> None:
    settings.NOTIFICATION_MESSAGES = {**SITE, "USER_LANGUAGE": "profile.language"}
    alice_with_address.profile = type("Profile", (), {"language": lambda _: language})()
    send(pipeline_failed, alice_with_address, delivery=deliver())
    assert text in body_of(mail_server.messages[0])


def test_names_cannot_name_other_templates(
    pipeline_failed: Any, alice_with_address: Any, mail_server: MailServer
) -> None:
    pipeline_failed.name = "../../etc/passwd"
    send(pipeline_failed, alice_with_address)
    assert mail_server.messages[0]["Subject"] == "[Forge] Pipeline failed"


def test_subclasses_use_the_context_like_django_notifier(
    pipeline_failed: Any, alice_with_address: Any
) -> None:
    class Letter(EmailBackend):
        def send(self, user: Any, context: Any = None) -> Any:
            super(EmailBackend, self).send(user, context)
            return self.template, self.context["user"], self.context["site"].name, self.context["x"]

    assert Letter(pipeline_failed).send(alice_with_address, {"x": 1}) == (
        "notifications/failed_email.txt",
        alice_with_address,
        "Forge",
        1,
    )
