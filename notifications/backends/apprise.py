"""Delivery to chats, phones and push services, by URLs of the library Apprise."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from django.core.checks import CheckMessage, Error

from notifications.backends.base import AddressedBackend
from notifications.conf import message_settings
from notifications.errors import DeliveryFailed, InvalidAddress, one_of

# One URL: the library accepts several in one text. No query: with some parameters, services read
# files, fetch other URLs, or wait for longer.
_URL = re.compile(r"([a-z0-9]{1,40})://[^\s,?#]{1,1900}")


class AppriseBackend(AddressedBackend):
    """Delivers to the Apprise URL that the user has registered.

    `APPRISE_SCHEMAS` lists the allowed services one by one, since some URLs of Apprise lead into
    private networks, or to programs of this machine.
    """

    name = "apprise"
    display_name = "Chat, SMS or push"
    description = "By a service of yours, such as Telegram, Slack or Twilio."

    @classmethod
    def check(cls) -> list[CheckMessage]:
        if find_spec("apprise"):
            return []
        hint = "Install the extra: pip install 'notification-preferences[apprise]'."
        message = "The backend 'apprise' cannot deliver: the library apprise is not installed."
        return [Error(message, hint=hint, obj=cls, id="notifications.E007")]

    @classmethod
    def clean_address(cls, address: str) -> str:
        address = address.strip()
        cls._service(address)
        return address

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> bool:
        super().send(user, context)
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - an extra, see `check`

        try:
            service = self._service(self.address().address)
        except InvalidAddress as error:  # it was allowed when it was registered
            raise DeliveryFailed(error.reason, permanent=True) from None
        post = Apprise(asset=service.asset)
        post.add(service)
        if not post.notify(body=self.text(), body_format=NotifyFormat.TEXT):
            raise DeliveryFailed(f"{service.service_name} did not accept the message.")
        return True

    @classmethod
    def _service(cls, address: str) -> Any:
        """Return Apprise's object for the URL. Raises InvalidAddress."""
        from apprise import Apprise, AppriseAsset, PersistentStoreMode  # noqa: PLC0415

        allowed, found = message_settings().apprise_schemas, _URL.fullmatch(address)
        if not found or not address.isprintable():
            raise InvalidAddress(
                "It is not one Apprise URL without a query. Allowed: service://token/…."
            )
        if found[1] not in allowed:
            raise InvalidAddress(f"{found[1]}:// is not an allowed service. {one_of(allowed)}")
        asset = AppriseAsset(
            async_mode=False, http_redirects=False, storage_mode=PersistentStoreMode.MEMORY
        )
        service = Apprise.instantiate(address, asset=asset)
        if not service:
            raise InvalidAddress(f"It is not a valid {found[1]}:// URL of Apprise.")
        return service
