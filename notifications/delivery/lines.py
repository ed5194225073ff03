"""The line to a backend: its class, found and opened, and opened again once it has failed."""

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self

from notifications.backends import BaseBackend
from notifications.errors import BackendLeft, DeliveryFailed
from notifications.models import Backend, Notification


def is_transactional(backend: Backend) -> bool:
    """Whether sending does nothing outside of this database."""
    return bool(getattr(_class(backend), "transactional", False))


def is_record(backend: Backend) -> bool:
    """Whether there is nothing to send: the record that it was, is all."""
    found = _class(backend)
    return is_transactional(backend) and getattr(found, "send", None) is BaseBackend.send


def _class(backend: Backend) -> Any:
    """Return the backend's class; None if it cannot be used: sending reports the reason."""
    try:
        return backend.backendclass
    except Exception:  # noqa: BLE001 - modules raise anything while they are imported
        return None


class Line:
    """To one backend, about one notification. Opened for the first message."""

    def __init__(self, backend: Backend, notification: Notification) -> None:
        self._backend = backend
        self._notification = notification
        self._carrier: Any = None
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

        Raises DeliveryFailed if the backend has no class, permanently if it has left the setting.
        """
        if self._carrier is None:
            if not self._backend.klass:
                raise DeliveryFailed(f"The backend {self._backend.name!r} has no class.")
            try:
                klass = self._backend.backendclass
            except BackendLeft as error:
                raise DeliveryFailed(str(error), permanent=True) from error
            carrier = klass(self._notification)
            self._stack.enter_context(carrier.session())
            self._carrier = carrier
        self._carrier.send(user, context)

    def hang_up(self) -> None:
        """Close what was open. What goes wrong with that, no message depends on."""
        self._carrier = None
        with suppress(Exception):
            self._stack.close()
