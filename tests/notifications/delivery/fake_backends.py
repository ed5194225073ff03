"""Backends whose deliveries tests look at."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib.auth.models import Group

from notifications.backends import BaseBackend
from notifications.models import Backend


class Carrier(BaseBackend):
    """Keeps what it was given, and fails as a test says."""

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
    """Has nothing to do: the record is all."""

    name = "record"
    transactional = True


def use(backend: str, carrier: type[BaseBackend]) -> None:
    """Have the backend of this name deliver by this class."""
    path = f"{carrier.__module__}.{carrier.__qualname__}"
    assert Backend.objects.filter(name=backend).update(klass=path)


def carried() -> list[Any]:
    """The users who were sent something, each as often as they were, in the order of their keys."""
    return sorted((user for user, _ in Carrier.carried), key=lambda user: str(user.pk))


class Ledger(BaseBackend):
    """Writes into this database, and nowhere else."""

    name = "ledger"
    transactional = True

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> None:
        super().send(user, context)
        Group.objects.create(name=f"sent to {user}")
        if Carrier.obstacle is not None:
            Carrier.obstacle(user)


def forget(job: str, key: int) -> None:
    """A queue from which nothing ever comes."""


def be_out_of_reach(job: str, key: int) -> None:
    raise ConnectionRefusedError
