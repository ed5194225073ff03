"""Fixtures: servers that receive messages, and templates of a project."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest

from notifications.backends import Delivery
from notifications.models import Notification
from notifications.precedence import Source
from tests.notifications.backends.smtp_server import MailServer, run_mail_server
from tests.notifications.conftest import ON, make_notification

SITE = {"SITE_URL": "https://forge.example.org", "SITE_NAME": "Forge"}


@pytest.fixture
def site(settings: Any) -> None:
    settings.NOTIFICATION_MESSAGES = dict(SITE)


@pytest.fixture
def failed(db: None, site: None) -> Notification:
    """A notification without templates."""
    notification = make_notification("failed", email=ON, inbox=ON, webhook=ON, chat=ON)
    notification.display_name = "Pipeline failed"
    notification.category = "Pipelines"
    notification.save()
    return notification


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Mail server that Django's settings name."""
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with run_mail_server() as (mail_server, port):
        if django.VERSION >= (6, 1):
            options = {"host": "127.0.0.1", "port": port, "timeout": 5}
            settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        else:
            settings.EMAIL_BACKEND = backend
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
            settings.EMAIL_TIMEOUT = 5
        yield mail_server


@pytest.fixture
def templates(settings: Any, tmp_path: Path) -> Callable[..., None]:
    """Function that writes templates: `templates(**{"failed_email_subject.txt": "…"})`.

    They take precedence over those of the app.
    """
    directory = tmp_path / "notifications"
    directory.mkdir()

    def write(**files: str) -> None:
        for name, text in files.items():
            directory.joinpath(name).write_text(text, encoding="utf-8")
        # another value, as engines cache which templates exist
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    return write


@pytest.fixture
def deliver() -> Callable[..., Delivery]:
    """Function that returns a Delivery: `deliver("USER", id="d1", groups=())`."""

    def deliver(source: str = "USER", *, id: str = "d1", groups: Any = ()) -> Delivery:  # noqa: A002
        return Delivery(id, Source(source), tuple(groups))

    return deliver


@pytest.fixture
def free_port() -> int:
    """Port without a server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Port of a server that accepts connections and sends nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
