"""Models of this app, where Django looks for them."""

from project.accounts.models import GroupManager

__all__ = ["GroupManager"]
