"""Fixtures: servers that receive messages, and templates of a project."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest

from notifications.backends import Delivery, safe_http
from notifications.models import Backend, Notification
from notifications.precedence import Source
from tests.notifications.backends.https_server import HOST, Receiver, receiver, write_certificate
from tests.notifications.backends.smtp_server import MailServer, run_mail_server
from tests.notifications.conftest import ON, addressed, make_notification

Resolver = Callable[..., list[str]]

SITE = {"SITE_URL": "https://forge.example.org", "SITE_NAME": "Forge"}


@pytest.fixture
def site(settings: Any) -> None:
    settings.NOTIFICATION_MESSAGES = dict(SITE)


@pytest.fixture
def pipeline_failed(db: None, site: None) -> Notification:
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


@pytest.fixture
def alice_with_address(alice: Any) -> Any:
    return addressed(alice)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Path]]:
    """Certificate that this process trusts."""
    certificate, key = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    safe_http._tls.cache_clear()  # noqa: SLF001 - it has been read
    yield certificate, key
    safe_http._tls.cache_clear()  # noqa: SLF001


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Function that sets the addresses of a host: `resolver([first], [later])`."""
    real = socket.getaddrinfo

    def set_addresses(*answers: list[str]) -> list[str]:
        lookups: list[str] = []

        def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            addresses = answers[min(len(lookups), len(answers) - 1)]
            lookups.append(host)
            return [found for each in addresses for found in real(each, port, *args, **kwargs)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return lookups

    return set_addresses


@pytest.fixture
def hooks(certificate: tuple[Path, Path], settings: Any, resolver: Resolver) -> Iterator[Receiver]:
    """Web server in a private network that is trusted."""
    settings.NOTIFICATION_MESSAGES = {**SITE, "WEBHOOK_HOSTS": [HOST], "WEBHOOK_TIMEOUT": 2}
    resolver(["127.0.0.1"])
    with receiver(*certificate) as hooks:
        yield hooks


@pytest.fixture
def webhooks(db: None) -> Backend:
    klass = "notifications.backends.WebhookBackend"
    backend: Backend = Backend.objects.create(name="webhook", klass=klass)
    return backend
