"""Delivery to a web server of the user, signed by the Standard Webhooks specification."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, time
from importlib.util import find_spec
from secrets import token_bytes
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.serializers.json import DjangoJSONEncoder

from notifications.backends import safe_http
from notifications.backends.base import RESERVED, AddressedBackend
from notifications.conf import message_settings
from notifications.errors import DeliveryFailed, InvalidAddress

MAX_BODY = 100_000
"""Bytes of a request's body."""

GONE = 410
"""Status by which a server ends the subscription."""


class _Encoder(DjangoJSONEncoder):
    """Encoder that also takes times with an offset."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, time) else super().default(o)


class WebhookBackend(AddressedBackend):
    """Delivers JSON by POST to the URL that the user has registered, on the Internet.

    All attempts at a delivery have one `webhook-id`. A status other than 2xx is a failure; 410 is a
    permanent one.
    """

    name = "webhook"
    display_name = "Webhook"
    description = "To a web server of yours."

    @classmethod
    def check(cls) -> list[CheckMessage]:
        if find_spec("standardwebhooks"):
            return []
        hint = "Install the extra: pip install 'notification-preferences[webhook]'."
        message = (
            "The backend 'webhook' cannot sign: the library standardwebhooks is not installed."
        )
        return [Error(message, hint=hint, obj=cls, id="notifications.E006")]

    @classmethod
    def timeout(cls) -> float:
        return float(message_settings().webhook_timeout)

    @classmethod
    def clean_address(cls, address: str) -> str:
        try:
            return safe_http.clean(address, trusted=message_settings().webhook_hosts)
        except safe_http.Refused as refused:
            raise InvalidAddress(str(refused)) from None

    @classmethod
    def new_secret(cls) -> str:
        return f"whsec_{b64encode(token_bytes(32)).decode()}"

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> bool:
        super().send(user, context)
        registered, limits, body = self.address(), message_settings(), self.body()
        try:
            status = safe_http.post(
                registered.address,
                body=body.encode(),
                headers=self.headers(body, registered.secret),
                timeout=limits.webhook_timeout,
                trusted=limits.webhook_hosts,
            )
        except safe_http.Refused as refused:
            raise DeliveryFailed(str(refused), permanent=True) from refused
        except OSError as error:
            raise DeliveryFailed(f"The web server failed: {error!r}") from error
        if status not in range(200, 300):
            reason = f"The web server answered with the status {status}."
            raise DeliveryFailed(reason, permanent=status == GONE)
        return True

    def body(self) -> str:
        """Return the JSON text. Raises a permanent DeliveryFailed if the context does not fit."""
        delivery = self.delivery
        payload = {
            "type": self.notification.name,
            "timestamp": datetime.now(UTC),
            "data": {
                "user": self.context["user"].get_username(),
                "text": self.text(),
                "context": {
                    key: value for key, value in self.context.items() if key not in RESERVED
                },
                "source": delivery.source,
                "groups": list(delivery.groups),
            },
        }
        try:
            body = json.dumps(payload, cls=_Encoder, ensure_ascii=False)
        except (TypeError, ValueError) as error:
            reason = f"The context cannot be written as JSON: {error}"
            raise DeliveryFailed(reason, permanent=True) from error
        if len(body.encode()) > MAX_BODY:
            raise DeliveryFailed(f"The body has more than {MAX_BODY:,} bytes.", permanent=True)
        return body

    def headers(self, body: str, secret: str) -> dict[str, str]:
        """Return the headers, with the signature of the body."""
        from standardwebhooks import Webhook  # noqa: PLC0415 - an extra, see `check`

        id_ = self.delivery.id
        moment = datetime.now(UTC)
        return {
            "Content-Type": "application/json",
            "User-Agent": "notification-preferences",
            "webhook-id": id_,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(secret).sign(id_, moment, body),
        }
