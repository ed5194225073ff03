"""Connections to backends, which are opened again after a failure."""

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from notifications.backends import BaseBackend
from notifications.delivery.results import settle
from notifications.delivery.time_limit import time_limit
from notifications.errors import BackendLeft, DeliveryFailed
from notifications.models import Backend, Notification

logger = logging.getLogger(__name__)


def is_transactional(backend: Backend) -> bool:
    """Return whether sending changes nothing outside of this database."""
    return bool(getattr(_class(backend), "transactional", False))


def is_record(backend: Backend) -> bool:
    """Return whether the record of a delivery is all there is to it, without a `send`."""
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


class Line:
    """Connection to one backend for one notification, opened for the first message.

    Each message has an object of the backend's class to itself. Attributes that `session` sets,
    such as a connection, are copied to it.
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
        self.hang_up()

    def send(self, user: Any, context: Mapping[str, Any]) -> None:
        """Send to one user. Raises what the backend raises.

        Raises DeliveryFailed if the backend reports a failure, exits or has no class, permanently
        if it has left the setting; and TimeLimitExceeded, one of them.
        """
        try:
            with time_limit(self._backend.name):
                self._send(user, context)
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:  # SystemExit, or a cancelled task: no reason to end here
            said = f"The backend {self._backend.name!r} raised {type(error).__name__}."
            raise DeliveryFailed(said) from error

    def _send(self, user: Any, context: Mapping[str, Any]) -> None:
        if self._class is None:
            klass = self._load()
            self._shared = self._open(klass)
            self._class = klass
        carrier = self._class(self._notification)
        for name, value in self._shared.items():
            setattr(carrier, name, value)
        settle(carrier.send(user, context), backend=self._backend.name)

    def _load(self) -> Any:
        if not self._backend.klass:
            raise DeliveryFailed(f"The backend {self._backend.name!r} has no class.")
        try:
            return self._backend.backendclass
        except BackendLeft as error:
            raise DeliveryFailed(str(error), permanent=True) from error

    def _open(self, klass: Any) -> dict[str, Any]:
        """Begin the session of an object, and return the attributes that this sets."""
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

    def hang_up(self) -> None:
        """End the session. Messages do not depend on errors in this."""
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
