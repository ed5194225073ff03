"""Mail servers that defer or refuse mails, or do not answer."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from tests.delivery_in_trouble.conftest import USERS, Sandbox, until
from tests.redis import free_port

SEND = ("send", "news", "--everybody")


class Answers:
    """Handler that answers by `answer`, and counts attempts and accepted messages."""

    def __init__(self, answer: Callable[[str, int], str]) -> None:
        self.answer = answer
        self.tried: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        self.tried[address] += 1
        answer = self.answer(address, self.tried[address])
        if answer.startswith("2"):
            self.taken[address] += 1
        return answer


@contextmanager
def answering(port: int, answer: Callable[[str, int], str]) -> Iterator[Answers]:
    answers = Answers(answer)
    controller = Controller(answers, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield answers
    finally:
        controller.stop()


@contextmanager
def silent(port: int) -> Iterator[None]:
    """Accept connections, and send nothing."""
    with socket.create_server(("127.0.0.1", port), backlog=128):
        yield


def test_deferred_mails_arrive_and_refused_ones_are_dead(
    sandbox: Sandbox,
) -> None:
    def answer(address: str, attempt: int) -> str:
        number = int(address.partition("@")[0].removeprefix("user-"))
        if number % 4 == 0:
            return "550 no such mailbox"
        return "451 try again later" if number % 4 == 1 and attempt < 3 else "250 taken"

    port = free_port()
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    with (
        answering(port, answer) as answers,
        sandbox.running("deliver_due", "--every", "0.2", **mail),
    ):
        assert sandbox.run(*SEND, **mail) == 0
        until(lambda: sandbox.states() == {"SENT": USERS * 3 // 4, "FAILED": USERS // 4})
    assert set(answers.taken.values()) == {1}
    assert len(answers.taken) == USERS * 3 // 4
    assert sorted(Counter(answers.tried.values()).items()) == [(1, 30), (3, 10)]
    attempts = sandbox.rows(
        "SELECT DISTINCT attempts FROM notifications_sentnotification"
        " WHERE state = 'FAILED' AND error = 'DeliveryFailed'"
    )
    assert attempts == [(1,)]


def test_silent_and_missing_servers_only_delay(sandbox: Sandbox) -> None:
    port = free_port()
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    with silent(port):
        assert sandbox.run(*SEND, **mail) == 0
    assert sandbox.states() == {"PENDING": USERS}
    tried = "SELECT COUNT(*) FROM notifications_sentnotification WHERE attempts > 0"
    [(before,)] = sandbox.rows(tried)
    assert 0 < before < USERS  # it was not asked for everybody
    with sandbox.running("deliver_due", "--every", "0.2", **mail):
        until(lambda: sandbox.rows(tried) > [(before,)])
        with answering(port, lambda _address, _attempt: "250 taken") as answers:
            until(lambda: sandbox.states() == {"SENT": USERS})
    assert answers.taken == Counter({f"user-{index}@example.org": 1 for index in range(USERS)})
