"""Mail servers in trouble: what arrives, what is tried again, and what is given up."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from tests.delivery_in_trouble.conftest import USERS, Place, until
from tests.redis import free_port

SEND = ("send", "news", "--everybody")


class Answers:
    """Answers each message as it is told, and counts those that it takes."""

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
    """Takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", port), backlog=128):
        yield


def test_what_the_server_puts_off_arrives_once_and_what_it_refuses_is_given_up(
    place: Place,
) -> None:
    def answer(address: str, attempt: int) -> str:
        number = int(address.partition("@")[0].removeprefix("user-"))
        if number % 4 == 0:
            return "550 no such mailbox"
        return "451 try again later" if number % 4 == 1 and attempt < 3 else "250 taken"

    port = free_port()
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    with answering(port, answer) as answers, place.running("deliver_due", "--every", "0.2", **mail):
        assert place.run(*SEND, **mail) == 0
        until(lambda: place.states() == {"SENT": USERS * 3 // 4, "FAILED": USERS // 4})
    assert set(answers.taken.values()) == {1}
    assert len(answers.taken) == USERS * 3 // 4
    assert sorted(Counter(answers.tried.values()).items()) == [(1, 30), (3, 10)]
    attempts = place.rows(
        "SELECT DISTINCT attempts FROM notifications_sentnotification"
        " WHERE state = 'FAILED' AND error = 'DeliveryFailed'"
    )
    assert attempts == [(1,)]


def test_a_server_that_says_nothing_and_one_that_is_gone_only_delay(place: Place) -> None:
    port = free_port()
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    with silent(port):
        assert place.run(*SEND, **mail) == 0
    assert place.states() == {"PENDING": USERS}
    tried = "SELECT COUNT(*) FROM notifications_sentnotification WHERE attempts > 0"
    [(before,)] = place.rows(tried)
    assert 0 < before < USERS  # it was not asked for everybody
    with place.running("deliver_due", "--every", "0.2", **mail):
        until(lambda: place.rows(tried) > [(before,)])
        with answering(port, lambda _address, _attempt: "250 taken") as answers:
            until(lambda: place.states() == {"SENT": USERS})
    assert answers.taken == Counter({f"user-{index}@example.org": 1 for index in range(USERS)})
