"""Delivery backends: base classes for backends of a project, and the backends of this package."""

from notifications.backends.apprise import AppriseBackend
from notifications.backends.base import AddressedBackend, BaseBackend, Delivery
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
