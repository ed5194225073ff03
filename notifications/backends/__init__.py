from notifications.backends.base import BaseBackend

__all__ = ["BaseBackend"]
