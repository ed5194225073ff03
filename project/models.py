"""Models of this app, where Django expects them."""

from project.accounts.models import GroupManager

__all__ = ["GroupManager"]
