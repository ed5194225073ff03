"""What a class that delivers is given, and what it may count on."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.checks import CheckMessage

from notifications.backends.rendering import render
from notifications.messages import site
from notifications.precedence import Source


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a backend may know of the delivery that it carries out.

    `id` is the same in all attempts at this delivery. `source` is why this person gets it, and
    `groups` are the names of those that said yes, where it is GROUP.
    """

    id: str
    source: Source
    groups: tuple[str, ...] = ()


class BaseBackend:
    """A way to deliver. Name the class in the setting `NOTIFICATION_BACKENDS`.

    `name` is unique and lasts; `display_name` and `description` are for people. With
    `transactional`, `send` does nothing outside of this database, so that a delivery is handed over
    and recorded in one transaction; with no `send` at all, the record is the delivery.
    """

    name: ClassVar[str]
    display_name: ClassVar[str] = ""
    description: ClassVar[str] = ""
    transactional: ClassVar[bool] = False

    def __init__(self, notification: Any) -> None:
        self.notification = notification
        self.template = f"notifications/{notification.name}_{self.name}.txt"

    @classmethod
    def check(cls) -> list[CheckMessage]:
        """Return what is missing before this class can deliver, for Django's system checks."""
        return []

    def session(self) -> AbstractContextManager[Any]:
        """What to hold open around a batch, such as one connection. Nothing, unless overridden."""
        return nullcontext()

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> Any:
        """Deliver to one user. Whether the user wants it has been decided before.

        Subclasses call this first: it sets `self.context`, for templates. Then they deliver, and
        raise DeliveryFailed where that fails.
        """
        self.context: dict[str, Any] = {
            **(context or {}),
            "user": user,
            "site": site(),
            "notification": self.notification,
        }

    @property
    def delivery(self) -> Delivery | None:
        """None where somebody calls `send` who is not carrying out a delivery."""
        return self.context.get("delivery")

    def text(self) -> str:
        """Render `template` or, where there is none, what will do for any notification."""
        fallbacks = [f"notifications/{self.name}.txt", "notifications/message.txt"]
        return render([self.template, *fallbacks], self.context).strip()
