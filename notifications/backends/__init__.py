"""Ways to deliver: what to subclass, and those that come with it."""

from notifications.backends.addressed import AddressedBackend
from notifications.backends.apprise import AppriseBackend
from notifications.backends.base import BaseBackend, Delivery
from notifications.backends.console import ConsoleBackend
from notifications.backends.inbox import InboxBackend
from notifications.backends.mail import EmailBackend
from notifications.backends.webhook import WebhookBackend
from notifications.errors import DeliveryFailed, InvalidAddress

__all__ = [
    "AddressedBackend",
    "AppriseBackend",
    "BaseBackend",
    "ConsoleBackend",
    "Delivery",
    "DeliveryFailed",
    "EmailBackend",
    "InboxBackend",
    "InvalidAddress",
    "WebhookBackend",
]
