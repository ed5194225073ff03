from notifications.backends.base import BaseBackend, Delivery
from notifications.errors import DeliveryFailed

__all__ = ["BaseBackend", "Delivery", "DeliveryFailed"]
