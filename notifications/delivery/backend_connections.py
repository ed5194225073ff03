"""Connections to backends, which are reopened after a failure."""

import logging
from collections.abc import Awaitable, Mapping
from contextlib import ExitStack
from inspect import isasyncgen, isawaitable, isgenerator
from types import TracebackType
from typing import Any, Self

from asgiref.sync import async_to_sync

from notifications.backends import BaseBackend
from notifications.delivery.time_limit import time_limit
from notifications.errors import BackendNotListed, DeliveryFailed
from notifications.models import Backend, Notification

logger = logging.getLogger(__name__)


def is_transactional(backend: Backend) -> bool:
    """Return True if sending changes nothing outside of this database."""
    return bool(getattr(_class(backend), "transactional", False))


def delivers_by_record(backend: Backend) -> bool:
    """Return True if a recorded delivery is a sent one: the class has no `send` of its own."""
    found = _class(backend)
    return is_transactional(backend) and getattr(found, "send", None) is BaseBackend.send


def _class(backend: Backend) -> Any:
    """Return the backend's class; None if it cannot be used: sending reports the reason."""
    try:
        return backend.backendclass
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - modules raise anything while they are imported
        return None


class BackendConnection:
    """Connection to one backend for one notification, opened for the first message.

    Each message gets an instance of the backend's class of its own. Attributes that `session` sets,
    such as an open connection, are copied to it.
    """

    def __init__(self, backend: Backend, notification: Notification) -> None:
        self._backend = backend
        self._notification = notification
        self._class: Any = None
        self._shared: dict[str, Any] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, user: Any, context: Mapping[str, Any]) -> None:
        """Send to one user. Raises the errors of the backend.

        Raises DeliveryFailed if the backend reports a failure, exits or has no class, permanently
        if its class is no longer in the setting; and its subclass TimeLimitExceeded.
        """
        try:
            with time_limit(self._backend.name):
                self._send(user, context)
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:  # SystemExit, or a cancelled task: the worker continues
            message = f"The backend {self._backend.name!r} raised {type(error).__name__}."
            raise DeliveryFailed(message) from error

    def _send(self, user: Any, context: Mapping[str, Any]) -> None:
        if self._class is None:
            klass = self._load()
            self._shared = self._open(klass)
            self._class = klass
        instance = self._class(self._notification)
        for name, value in self._shared.items():
            setattr(instance, name, value)
        _check_result(instance.send(user, context), backend=self._backend.name)

    def _load(self) -> Any:
        if not self._backend.klass:
            raise DeliveryFailed(f"The backend {self._backend.name!r} has no class.")
        try:
            return self._backend.backendclass
        except BackendNotListed as error:
            raise DeliveryFailed(str(error), permanent=True) from error

    def _open(self, klass: Any) -> dict[str, Any]:
        """Enter the session of an instance, and return the attributes that this sets."""
        opener = klass(self._notification)
        before = dict(getattr(opener, "__dict__", {}))
        if hasattr(opener, "session"):  # classes written for django-notifier have none
            self._stack.enter_context(opener.session())
        after = getattr(opener, "__dict__", {})
        return {
            name: value
            for name, value in after.items()
            if name not in before or before[name] is not value
        }

    def close(self) -> None:
        """Exit the session. Its errors are logged: they change the result of no message."""
        self._class = None
        try:
            with time_limit(self._backend.name):
                self._stack.close()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the code is the backend's
            logger.warning(
                "The session of the backend %r ended with %s.",
                self._backend.name,
                type(error).__name__,
            )


def _check_result(result: Any, *, backend: str) -> None:
    """Wait for an awaitable result. Raises DeliveryFailed if the result reports a failure.

    That is False, as in django-notifier, and 0, which `send_mail` returns for "none sent". A
    generator is a failure, too: its code has not run. An awaitable that an awaitable returns is
    awaited, too.
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
