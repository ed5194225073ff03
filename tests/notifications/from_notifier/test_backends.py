"""Backends and templates of django-notifier, and its `Backend.send`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string

from notifications.backends import BaseBackend, DeliveryFailed, EmailBackend
from notifications.errors import InvalidContext, WrongRecipient
from notifications.inbox import reads
from notifications.models import Backend, Notification, SentNotification, State
from tests.notifications.conftest import OFF, ON, REQUIRED, addressed, make_notification


class SMSBackend(BaseBackend):
    """Backend of the documentation of django-notifier."""

    name = "sms"
    display_name = "SMS"
    description = "Send via SMS"
    sent: ClassVar[list[Any]] = []
    result: ClassVar[Any] = True

    def __init__(self, notification: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(notification, *args, **kwargs)
        self.to: list[Any] = []

    def send(self, user: Any, context: Any = None) -> Any:
        super().send(user, context)
        self.to.append(user)
        if isinstance(self.result, Exception):
            raise self.result
        self.context.update({"count": len(self.to)})
        self.sent.append(render_to_string(self.template, self.context))
        return self.result


class Careful(EmailBackend):
    def send(self, user: Any, context: Any = None) -> bool:
        sent = super().send(user, context)
        return bool(sent)


@pytest.fixture
def templates(settings: Any, tmp_path: Path) -> Callable[..., None]:
    """`templates("notifier", **{"news_sms.txt": "…"})`"""

    def write(directory: str, **files: str) -> None:
        (tmp_path / directory).mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / directory / name).write_text(text, encoding="utf-8")
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    return write


@pytest.fixture
def news(db: None, monkeypatch: pytest.MonkeyPatch) -> Notification:
    news = make_notification("news", sms=OFF, email=OFF, inbox=OFF)
    paths = {
        "sms": f"{__name__}.SMSBackend",
        "email": f"{__name__}.Careful",
        "inbox": "notifications.backends.InboxBackend",
    }
    for name, path in paths.items():
        Backend.objects.filter(name=name).update(klass=path)
    monkeypatch.setattr(SMSBackend, "sent", [])
    return news


@pytest.fixture
def reader(alice: Any) -> Any:
    return addressed(alice)


def backend(name: str) -> Any:
    return Backend.objects.get(name=name)


MAIL = {
    "news_email_subject.txt": "{{ site.name }}: {{ title }}\n",
    "news_email_message.txt": "Dear {{ user }}, {{ title }} of {{ notification }}.",
}


def test_its_templates_are_used(
    news: Notification, reader: Any, templates: Any, mailoutbox: Any, settings: Any
) -> None:
    settings.NOTIFICATION_MESSAGES = {"SITE_NAME": "Forge"}
    templates("notifier", **MAIL, **{"news_sms.txt": "{{ title }} {{ count }}"})
    assert backend("email").send(reader, news, {"title": "Jam & co"}) is True
    assert backend("sms").send(reader, news, {"title": "Jam"}) is True
    assert backend("sms").send(reader, news, {"title": "Jam"}) is True
    assert mailoutbox[0].subject == "Forge: Jam & co"
    assert mailoutbox[0].body.startswith(f"Dear {reader}, Jam & co of news.")
    assert SMSBackend.sent == ["Jam 1", "Jam 1"]


def test_templates_of_this_project_come_first(
    news: Notification, reader: Any, templates: Any, mailoutbox: Any
) -> None:
    templates("notifier", **MAIL)
    templates("notifications", **{"news_email_subject.txt": "Ours"})
    backend("email").send(reader, news, {"title": "Jam"})
    assert mailoutbox[0].subject == "Ours"
    assert mailoutbox[0].body.startswith(f"Dear {reader}, Jam")


@pytest.mark.parametrize(
    ("result", "state", "error"),
    [
        (True, State.SENT, ""),
        (None, State.SENT, ""),
        (False, State.FAILED, "DeliveryFailed"),
        (DeliveryFailed("busy"), State.FAILED, "DeliveryFailed"),
        (KeyError("x"), State.FAILED, "KeyError"),
    ],
)
def test_send_returns_and_records_the_success(
    news: Notification,
    alice: Any,
    templates: Any,
    monkeypatch: pytest.MonkeyPatch,
    result: Any,
    state: str,
    error: str,
) -> None:
    templates("notifier", **{"news_sms.txt": "{{ x }}"})
    monkeypatch.setattr(SMSBackend, "result", result)
    given = {"x": 1}
    assert backend("sms").send(user=alice, notification=news, context=given) is (
        state == State.SENT
    )
    assert given == {"x": 1}
    row = SentNotification.objects.get()
    assert (row.user, row.notification, row.backend.name) == (alice, news, "sms")
    assert (row.state, row.success, row.error) == (state, state == State.SENT, error)
    assert (row.attempts, row.due, row.send.users) == (1, None, 1)
    assert row.send.finished


@pytest.mark.parametrize(
    ("kind", "value", "source"),
    [
        (OFF, None, ""),
        (OFF, False, ""),
        (ON, False, ""),
        (OFF, True, "USER"),
        (ON, None, "DEFAULT"),
        (REQUIRED, None, "REQUIRED"),
    ],
)
def test_send_does_not_consider_preferences(
    news: Notification, alice: Any, kind: str, value: Any, source: str
) -> None:
    news.cells.update(default=kind == ON, required=kind == REQUIRED)
    if value is not None:
        news.update_user_prefs(alice, {"inbox": value})
    assert backend("inbox").send(alice, news, {"message": "Jam"}) is True
    assert SentNotification.objects.get().source == source
    [entry] = reads.read(user=alice, first=1).items
    assert entry.text() == "Jam"
    assert entry.source == (source or None)
    assert bool(entry.reason()) is bool(source)


@pytest.mark.parametrize(
    ("value", "reason"), [(True, "You receive this because you turned it on."), (False, "")]
)
def test_a_mail_sent_despite_preferences_has_no_reason(
    news: Notification, reader: Any, templates: Any, mailoutbox: Any, value: bool, reason: str
) -> None:
    templates("notifier", **MAIL)
    news.update_user_prefs(reader, {"email": value})
    assert backend("email").send(reader, news, {"title": "Jam"}) is True
    [body] = [message.body for message in mailoutbox]
    assert ("You receive this" in body) is bool(reason)
    assert reason in body


def test_send_gives_the_groups(news: Notification, alice: Any, reviewers: Any) -> None:
    news.update_group_prefs(reviewers, {"inbox": True})
    assert backend("inbox").send(alice, news) is True
    row = SentNotification.objects.get()
    assert (row.source, row.groups) == ("GROUP", ["reviewers"])


class Broken(SMSBackend):
    def send(self, user: Any, context: Any = None) -> Any:
        SentNotification.objects.create(pk=-1)


def test_an_error_of_the_database_leaves_the_transaction_usable(
    news: Notification, alice: Any
) -> None:
    Backend.objects.filter(name="sms").update(klass=f"{__name__}.Broken")
    assert backend("sms").send(alice, news) is False
    assert SentNotification.objects.get().error == "IntegrityError"


def forbid(why: str, news: Notification, user: Any) -> None:
    if why == "disabled":
        Backend.objects.filter(name="sms").update(enabled=False)
    elif why == "not allowed":
        news.cells.filter(backend__name="sms").delete()
    elif why == "inactive":
        type(user)._default_manager.filter(pk=user.pk).update(is_active=False)
    else:
        news.permissions.add(Permission.objects.all()[0])


@pytest.mark.parametrize(
    ("why", "source"),
    [
        ("disabled", ""),
        ("not allowed", ""),
        ("inactive", "PERMISSION"),
        ("without permission", "PERMISSION"),
    ],
)
def test_send_does_nothing_that_is_forbidden(
    news: Notification, alice: Any, why: str, source: str
) -> None:
    forbid(why, news, alice)
    alice.refresh_from_db()
    assert backend("sms").send(alice, news) is False
    assert SMSBackend.sent == []
    row = SentNotification.objects.get()
    assert (row.state, row.success, row.source) == (State.WITHHELD, None, source)


def test_send_raises_for_wrong_arguments(news: Notification, alice: Any) -> None:
    with pytest.raises(WrongRecipient):
        backend("sms").send("alice", news)
    with pytest.raises(InvalidContext):
        backend("sms").send(alice, news, {"user": "x"})
    assert not SentNotification.objects.exists()
