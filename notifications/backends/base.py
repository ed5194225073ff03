"""Base classes of delivery backends, and the values that they get."""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from uuid import uuid4

from django.core.checks import CheckMessage

from notifications.backends.rendering import first_found, render
from notifications.errors import NoAddress
from notifications.models import Address
from notifications.precedence import Source, reason
from notifications.site import absolute_url, site

RESERVED = ("delivery", "notification", "site", "user")
"""Names that every template has; a caller's context cannot use them."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery that a backend carries out; `delivery` in templates.

    `id` is the same in all attempts. `source` is the layer that decided, None if the caller did:
    `Backend.send` delivers regardless of preferences. `groups` are the names of the groups that
    have the cell turned on, if `source` is GROUP. The e-mail backend sets the two URLs.
    """

    id: str
    source: Source | None
    groups: tuple[str, ...] = ()
    settings_url: str = ""
    unsubscribe_url: str = ""

    @property
    def reason(self) -> str:
        """Sentence with the reason for the message, empty if `source` is None."""
        return reason(self.source, self.groups) if self.source else ""


class BaseBackend:
    """A way to deliver. Name the class in the setting `NOTIFICATION_BACKENDS`.

    `name` is unique and must not change; `display_name` and `description` are for people. With
    `transactional`, `send` changes only this database, so that a message is sent and recorded in
    one transaction. Without a `send` of its own, the record is the delivery.
    """

    name: ClassVar[str]
    display_name: ClassVar[str] = ""
    description: ClassVar[str] = ""
    transactional: ClassVar[bool] = False

    def __init__(self, notification: Any, *_args: Any, **_kwargs: Any) -> None:
        """Each message has an instance of its own. Other arguments are those of django-notifier."""
        self.notification = notification

    @cached_property
    def template(self) -> str:
        """Name of the notification's template; subclasses can set another one."""
        return self.template_name(".txt")

    def template_name(self, ending: str) -> str:
        """Return the template's name in `notifications/`, or in `notifier/` if only that exists."""
        name = f"{self.notification.name}_{self.name}{ending}"
        return first_found([f"notifications/{name}", f"notifier/{name}"])

    @classmethod
    def check(cls) -> list[CheckMessage]:
        """Return messages for Django's system checks, for example about a missing library."""
        return []

    @classmethod
    def timeout(cls) -> float | None:
        """Return the timeout of one message in seconds; None if the class has no limit."""
        return None

    def session(self) -> AbstractContextManager[Any]:
        """Return a context manager around a batch, for example to keep a connection open.

        Attributes that it sets on `self` are copied to the instance of each message of the batch.
        """
        return nullcontext()

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> Any:
        """Deliver to one user. The rule has been applied before.

        Subclasses call this first: it sets `self.context`, for templates. Then they deliver. They
        raise DeliveryFailed or return False on failure. `async def` is possible.
        """
        given = context or {}
        known, url = given.get("delivery"), given.get("url")
        self.context: dict[str, Any] = {
            **given,
            **({"url": self.link_of(url)} if isinstance(url, str) else {}),
            "user": user,
            "site": site(),
            "notification": getattr(self.notification, "translated", self.notification),
            "delivery": known if isinstance(known, Delivery) else Delivery(str(uuid4()), None),
        }

    def link_of(self, url: str) -> str:
        """Return the `url` of a context as messages of this backend contain it: absolute."""
        return absolute_url(url)

    @property
    def delivery(self) -> Delivery:
        """The delivery that is carried out; a new one if `send` was called directly."""
        delivery: Delivery = self.context["delivery"]
        return delivery

    def text(self) -> str:
        """Render `template`; without one, a template for any notification."""
        fallbacks = [f"notifications/{self.name}.txt", "notifications/message.txt"]
        return render([self.template, *fallbacks], self.context).strip()


class AddressedBackend(BaseBackend):
    """Backend that delivers to an address which the user has registered for it.

    `notifications.shortcuts.set_address` registers an address that `clean_address` accepts.
    """

    @classmethod
    @abstractmethod
    def clean_address(cls, address: str) -> str:
        """Return the address in its normal form. Raises InvalidAddress."""

    @classmethod
    def new_secret(cls) -> str:
        """Return a secret to sign messages to a new address with; empty if they are not signed."""
        return ""

    def address(self) -> Address:
        """Return the user's address. Raises NoAddress, a DeliveryFailed, if there is none."""
        found: Address | None = Address.objects.filter(
            user=self.context["user"], backend__name=self.name
        ).first()
        if not found:
            raise NoAddress(f"The user has registered no address for {self.name!r}.")
        return found
