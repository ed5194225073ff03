"""To chats, phones and push services, by URLs of the library Apprise."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from django.core.checks import CheckMessage, Error

from notifications.backends.addressed import AddressedBackend
from notifications.conf import message_settings
from notifications.errors import DeliveryFailed, InvalidAddress, one_of

# One URL: the library takes several in one text, and by a query some services read files, fetch
# from elsewhere, or wait for longer.
_URL = re.compile(r"([a-z0-9]{1,40})://[^\s,?#]{1,1900}")


class AppriseBackend(AddressedBackend):
    """To the Apprise URL that the user has registered, of a service that `APPRISE_SCHEMAS` names.

    Services are named one by one since some URLs lead into private networks, or to what runs on
    this machine.
    """

    name = "apprise"
    display_name = "Chat, SMS or push"
    description = "By a service of yours, such as Telegram, Slack or Twilio."

    @classmethod
    def check(cls) -> list[CheckMessage]:
        if find_spec("apprise"):
            return []
        hint = "Install the extra: pip install 'notification-preferences[apprise]'."
        said = "Nothing can be delivered by Apprise: the library is missing."
        return [Error(said, hint=hint, obj=cls, id="notifications.E007")]

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
        except InvalidAddress as error:  # it was allowed once
            raise DeliveryFailed(error.reason, permanent=True) from None
        post = Apprise(asset=service.asset)
        post.add(service)
        if not post.notify(body=self.text(), body_format=NotifyFormat.TEXT):
            raise DeliveryFailed(f"{service.service_name} did not take it.")
        return True

    @classmethod
    def _service(cls, address: str) -> Any:
        """Return what the URL stands for. Raises InvalidAddress."""
        from apprise import Apprise, AppriseAsset, PersistentStoreMode  # noqa: PLC0415

        allowed, found = message_settings().apprise_schemas, _URL.fullmatch(address)
        if not found or not address.isprintable():
            raise InvalidAddress("One Apprise URL is needed, without a query: service://token/….")
        if found[1] not in allowed:
            said = f"Nothing is delivered by {found[1]}://. {one_of(allowed)}"
            raise InvalidAddress(said)
        asset = AppriseAsset(
            async_mode=False, http_redirects=False, storage_mode=PersistentStoreMode.MEMORY
        )
        service = Apprise.instantiate(address, asset=asset)
        if not service:
            raise InvalidAddress(f"This is no URL of {found[1]}://, as Apprise writes them.")
        return service
