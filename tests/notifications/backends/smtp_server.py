"""Mail server with configurable answers that keeps its messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.backends import EmailBackend


class MailServer:
    """Handler of the server. `answers` maps commands to answers; `DROP` closes the connection."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.connections = 0
        self.answers: dict[str, str] = {}
        self.extensions = {"SMTPUTF8": True}
        self.options: list[list[str]] = []

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        off = [name for name, on in self.extensions.items() if not on]
        return [line for line in responses if not line.endswith(tuple(off))]

    async def handle_MAIL(self, server: SMTP, *args: Any) -> str:  # noqa: N802
        _, envelope, address, options = args
        if answer := self._answer("MAIL", server):
            return answer
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, *args: Any) -> str:  # noqa: N802
        _, envelope, address, _ = args
        if answer := self._answer("RCPT", server):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if answer := self._answer("DATA", server):
            return answer
        self.received.append(envelope.content if isinstance(envelope.content, bytes) else b"")
        self.recipients.append(envelope.rcpt_tos)
        self.options.append(envelope.mail_options)
        return "250 OK"

    def _answer(self, command: str, server: Any) -> str:
        answer = self.answers.get(command, "")
        if answer == "DROP":
            server.transport.abort()
        return answer

    @property
    def messages(self) -> list[EmailMessage]:
        parser = BytesParser(policy=policy.default)
        return [parser.parsebytes(content) for content in self.received]


class AnyPort(Controller):
    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def run_mail_server() -> Iterator[tuple[MailServer, int]]:
    """Yield the handler and the port of the server."""
    mail_server = MailServer()
    controller = AnyPort(mail_server, hostname="127.0.0.1", port=0, server_hostname="localhost")
    controller.start()
    try:
        yield mail_server, controller.port
    finally:
        controller.stop()


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
