"""Backends and queues that record their calls, or fail."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib.auth.models import Group

from notifications.backends import BaseBackend
from notifications.models import Backend


class Carrier(BaseBackend):
    """Backend that records its messages; `obstacle` can raise an error for a user."""

    name = "carrier"
    carried: ClassVar[list[tuple[Any, dict[str, Any]]]] = []
    tried: ClassVar[list[dict[str, Any]]] = []
    opened: ClassVar[list[str]] = []
    obstacle: ClassVar[Callable[[Any], None] | None] = None

    @contextmanager
    def session(self) -> Iterator[None]:
        self.opened.append(self.notification.name)
        yield

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> None:
        super().send(user, context)
        self.tried.append(self.context)
        if Carrier.obstacle is not None:
            Carrier.obstacle(user)
        self.carried.append((user, self.context))


class Record(BaseBackend):
    """Transactional backend without a `send`: the record is the delivery."""

    name = "record"
    transactional = True


def use(backend: str, carrier: type[BaseBackend]) -> None:
    """Set the class of the backend of this name."""
    path = f"{carrier.__module__}.{carrier.__qualname__}"
    assert Backend.objects.filter(name=backend).update(klass=path)


def carried() -> list[Any]:
    """Return the users of all messages, ordered by key; a user with two messages twice."""
    return sorted((user for user, _ in Carrier.carried), key=lambda user: str(user.pk))


class Ledger(BaseBackend):
    """Transactional backend with a `send` that writes to this database."""

    name = "ledger"
    transactional = True

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> None:
        super().send(user, context)
        Group.objects.create(name=f"sent to {user}")
        if Carrier.obstacle is not None:
            Carrier.obstacle(user)


def forget(job: str, key: int) -> None:
    """Queue that loses every job."""


def be_out_of_reach(job: str, key: int) -> None:
    raise ConnectionRefusedError
