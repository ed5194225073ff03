"""A real mail server, on a port of its own, that answers as it is told and keeps what it gets."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice:
    """`answers` maps commands to what is said to them instead; `DROP` cuts the connection."""

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
        if said := self._said("MAIL", server):
            return said
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, *args: Any) -> str:  # noqa: N802
        _, envelope, address, _ = args
        if said := self._said("RCPT", server):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if said := self._said("DATA", server):
            return said
        self.received.append(envelope.content if isinstance(envelope.content, bytes) else b"")
        self.recipients.append(envelope.rcpt_tos)
        self.options.append(envelope.mail_options)
        return "250 OK"

    def _said(self, command: str, server: Any) -> str:
        said = self.answers.get(command, "")
        if said == "DROP":
            server.transport.abort()
        return said

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
def post_office() -> Iterator[tuple[PostOffice, int]]:
    """Yield the office, and the port that it listens at."""
    office = PostOffice()
    controller = AnyPort(office, hostname="127.0.0.1", port=0, server_hostname="localhost")
    controller.start()
    try:
        yield office, controller.port
    finally:
        controller.stop()
