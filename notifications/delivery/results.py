"""Results of the method `send` of a backend."""

from collections.abc import Awaitable
from inspect import isasyncgen, isawaitable, isgenerator
from typing import Any

from asgiref.sync import async_to_sync

from notifications.errors import DeliveryFailed


def settle(result: Any, *, backend: str) -> None:
    """Wait for an awaitable result. Raises DeliveryFailed if the result reports a failure.

    That is False, as in django-notifier, and 0, which `send_mail` returns for "none sent". A
    generator is a failure, too: nothing has run its code. An awaitable that an awaitable returns
    is awaited, too.
    """
    if isawaitable(result):
        result = async_to_sync(_wait)(result)
    if isgenerator(result) or isasyncgen(result):
        raise DeliveryFailed(
            f"send() of the backend {backend!r} is a generator, and delivered nothing."
            " Allowed: a function or a coroutine function."
        )
    if isinstance(result, int) and not result:
        raise DeliveryFailed(
            f"send() of the backend {backend!r} returned {result!r}, which reports a failure."
        )


async def _wait(result: Awaitable[Any]) -> Any:
    value = await result
    while isawaitable(value):
        value = await value
    return value
