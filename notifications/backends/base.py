"""What a class that delivers is given, and what it may count on."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from uuid import uuid4

from django.core.checks import CheckMessage

from notifications.backends.rendering import first_found, render
from notifications.precedence import Source
from notifications.reasons import reason
from notifications.site import absolute_url, site

RESERVED = ("delivery", "notification", "site", "user")
"""Names that every template has; a caller's context cannot use them."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery that a backend carries out; `delivery` in templates.

    `id` stays the same in all attempts. `source` is the layer that decided, None if a backend is
    called directly; `groups` are the names of the groups that have the cell turned on, if `source`
    is GROUP. The e-mail backend sets the two URLs.
    """

    id: str
    source: Source | None
    groups: tuple[str, ...] = ()
    settings_url: str = ""
    unsubscribe_url: str = ""

    @property
    def reason(self) -> str:
        """A sentence in the active language, empty if `source` is None."""
        return reason(self.source, self.groups) if self.source else ""


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

    def __init__(self, notification: Any, *_args: Any, **_kwargs: Any) -> None:
        """Each message has an object of its own. Other arguments are those of django-notifier."""
        self.notification = notification

    @cached_property
    def template(self) -> str:
        """The name of the notification's template; subclasses can set another one."""
        return self.template_name(".txt")

    def template_name(self, ending: str) -> str:
        """Return the name in `notifications/`, or in `notifier/` if that is the only one found."""
        name = f"{self.notification.name}_{self.name}{ending}"
        return first_found([f"notifications/{name}", f"notifier/{name}"])

    @classmethod
    def check(cls) -> list[CheckMessage]:
        """Return what is missing before this class can deliver, for Django's system checks."""
        return []

    @classmethod
    def timeout(cls) -> float | None:
        """Return the seconds after which this class gives up by itself; None if it has no limit."""
        return None

    def session(self) -> AbstractContextManager[Any]:
        """Return a context manager around a batch, for example to keep a connection open.

        Attributes that it sets on `self` are copied to the object of each message of the batch.
        """
        return nullcontext()

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> Any:
        """Deliver to one user. The rule has been applied before.

        Subclasses call this first: it sets `self.context`, for templates. Then they deliver. They
        raise DeliveryFailed, or return False, if that fails. `async def` is possible.
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
        """Return the `url` of a context as it is in messages of this backend: absolute."""
        return absolute_url(url)

    @property
    def delivery(self) -> Delivery:
        """The delivery that is carried out; a new one if `send` was called directly."""
        delivery: Delivery = self.context["delivery"]
        return delivery

    def text(self) -> str:
        """Render `template` or, where there is none, what will do for any notification."""
        fallbacks = [f"notifications/{self.name}.txt", "notifications/message.txt"]
        return render([self.template, *fallbacks], self.context).strip()
