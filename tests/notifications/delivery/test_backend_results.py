"""Results of `send`, and the instances that it is called on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import Group

from notifications.backends import BaseBackend, EmailBackend
from notifications.catalogue.specs import backends_in_settings
from notifications.errors import InvalidCatalogue
from notifications.models import Backend, Notification, SentNotification, State
from tests.notifications.conftest import addressed
from tests.notifications.delivery.conftest import Call, recorded
from tests.notifications.delivery.fake_backends import use

Later = Callable[[], Any]
FALSE = "send() of the backend 'carrier' returned False, which reports a failure."
ZERO = "send() of the backend 'carrier' returned 0, which reports a failure."
GENERATOR = (
    "send() of the backend 'carrier' is a generator, and delivered nothing."
    " Allowed: a function or a coroutine function."
)


class Answering(BaseBackend):
    """Backend that returns the result of `answer`."""

    name = "carrier"
    answer: ClassVar[Callable[[], Any]]

    def send(self, user: Any, context: Any = None) -> Any:
        super().send(user, context)
        return Answering.answer()


class Async(BaseBackend):
    name = "carrier"
    answers: ClassVar[list[Any]] = []

    async def send(self, user: Any, context: Any = None) -> Any:
        super().send(user, context)
        await asyncio.sleep(0)
        answer = Async.answers.pop() if Async.answers else None
        if isinstance(answer, Exception):
            raise answer
        await Group.objects.acreate(name=f"to {user.get_username()}: {self.text()}")
        return answer


class AsyncRecord(Async):
    transactional = True


class Generating(BaseBackend):
    name = "carrier"

    def send(self, user: Any, context: Any = None) -> Any:
        yield


class AsyncGenerating(BaseBackend):
    name = "carrier"

    async def send(self, user: Any, context: Any = None) -> Any:
        yield


class AsyncSession(Async):
    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:  # type: ignore[override]
        yield


class AsyncAddresses(Async):
    async def clean_address(self, address: str) -> str:
        return address


class Awaitable:
    def __await__(self) -> Generator[Any, None, bool]:
        yield from asyncio.sleep(0).__await__()
        return False


async def unfinished(answer: Any) -> Any:
    async def inner() -> Any:
        return answer

    return inner()


def row() -> SentNotification:
    return SentNotification.objects.get(backend__name="carrier")


@pytest.mark.parametrize("answer", [None, True, 1, "", [], {}, "text", object()])
def test_results_other_than_false_and_0_are_a_success(
    declined: Notification, alice: Any, send: Call, answer: Any
) -> None:
    use("carrier", Answering)
    Answering.answer = lambda: answer
    send("card-declined", alice)
    assert row().state == State.SENT


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda: False, FALSE),
        (lambda: 0, ZERO),
        (Awaitable, FALSE),
        (lambda: unfinished(False), FALSE),
        (lambda: unfinished(unfinished(0)), ZERO),
        (lambda: unfinished(step for step in "steps"), GENERATOR),
        (lambda: (step for step in "steps"), GENERATOR),
    ],
)
def test_a_returned_failure_is_retried(
    declined: Notification, alice: Any, send: Call, later: Later, answer: Any, message: str
) -> None:
    use("carrier", Answering)
    Answering.answer = answer
    send("card-declined", alice)
    assert (row().state, row().success, row().attempts) == (State.PENDING, None, 1)
    assert (row().error, row().message) == ("DeliveryFailed", message)
    Answering.answer = lambda: True
    later()
    assert (row().state, row().success, row().attempts) == (State.SENT, True, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("klass", [Async, AsyncRecord])
@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        (None, State.SENT, ""),
        (True, State.SENT, ""),
        (False, State.PENDING, "DeliveryFailed"),
        (ConnectionResetError("gone"), State.PENDING, "ConnectionResetError"),
    ],
)
def test_a_coroutine_is_run(
    declined: Notification, alice: Any, send: Call, klass: Any, answer: Any, state: str, error: str
) -> None:
    use("carrier", klass)
    Async.answers[:] = [answer]
    send("card-declined", alice)
    assert (row().state, row().error) == (state, error)
    written = Group.objects.filter(name="to alice: card-declined").exists()
    assert written is (state == State.SENT or (answer is False and not klass.transactional))


@pytest.mark.parametrize("klass", [Generating, AsyncGenerating])
def test_a_generator_delivers_nothing(
    declined: Notification, alice: Any, send: Call, settings: Any, klass: Any
) -> None:
    use("carrier", klass)
    send("card-declined", alice)
    assert (row().state, row().message) == (State.PENDING, GENERATOR)


@pytest.mark.parametrize(
    ("klass", "mistake"),
    [
        ("Generating", "its send is a generator. Allowed: a function or a coroutine function."),
        ("AsyncGenerating", "its send is a generator. Allowed: a function or a coroutine"),
        ("AsyncSession", "its session is asynchronous. Allowed: a function."),
        ("AsyncAddresses", "its clean_address is asynchronous. Allowed: a function."),
    ],
)
def test_methods_that_cannot_be_called_are_mistakes(
    settings: Any, klass: str, mistake: str
) -> None:
    settings.NOTIFICATION_BACKENDS = [f"{__name__}.Async", f"{__name__}.{klass}"]
    with pytest.raises(InvalidCatalogue) as refused:
        backends_in_settings()
    assert len(refused.value.mistakes) == 1
    assert mistake in refused.value.mistakes[0]


class Letter(BaseBackend):
    """Backend with a list of recipients in each instance, and a connection of the batch."""

    name = "carrier"
    connection: Any = None
    sent: ClassVar[list[Any]] = []

    def __init__(self, notification: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(notification, *args, **kwargs)
        self.to: list[Any] = []

    @contextmanager
    def session(self) -> Iterator[None]:
        self.connection = object()
        yield

    def send(self, user: Any, context: Any = None) -> bool:
        self.to.append(user)
        Letter.sent.append((tuple(self.to), self.connection))
        return True


class Slotted:
    """Class that does not inherit from BaseBackend."""

    __slots__ = ("notification",)
    name = "carrier"
    display_name = None
    sent: ClassVar[list[Any]] = []

    def __init__(self, notification: Any) -> None:
        self.notification = notification

    def send(self, user: Any, context: Any = None) -> bool:
        Slotted.sent.append(user)
        return True


def test_messages_have_instances_and_share_a_connection(
    declined: Notification, alice: Any, bob: Any, charlie: Any, send: Call
) -> None:
    use("carrier", Letter)
    Letter.sent.clear()
    send("card-declined", [alice, bob, charlie])
    recipients, connections = zip(*Letter.sent, strict=True)
    assert set(recipients) == {(alice,), (bob,), (charlie,)}
    assert len(set(map(id, connections))) == 1
    assert connections[0] is not None


def test_a_class_without_a_session_delivers(
    declined: Notification, alice: Any, send: Call, settings: Any
) -> None:
    Slotted.sent.clear()
    settings.NOTIFICATION_BACKENDS = [f"{__name__}.Slotted"]
    assert [spec.display_name for spec in backends_in_settings()] == [""]
    use("carrier", Slotted)  # type: ignore[arg-type]
    send("card-declined", alice)
    assert Slotted.sent == [alice]
    assert recorded(backend__name="carrier") == {alice.pk: ("SENT", "DEFAULT", True)}


def test_mails_of_a_batch_share_no_headers(
    declined: Notification, alice: Any, bob: Any, send: Call, mailoutbox: Any
) -> None:
    use("carrier", EmailBackend)
    for user in (alice, bob):
        addressed(user, f"{user.get_username()}@example.org").save()
    send("card-declined", [alice, bob])
    assert sorted(mail.to for mail in mailoutbox) == [["alice@example.org"], ["bob@example.org"]]
    assert Backend.objects.get(name="carrier").backendclass is EmailBackend
