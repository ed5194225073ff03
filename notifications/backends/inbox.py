"""Shown in the application: the record of the delivery is the entry."""

from collections.abc import Mapping
from typing import Any

from notifications.backends.base import BaseBackend


class InboxBackend(BaseBackend):
    """Hands over nothing: that the delivery is recorded makes it an entry, which is shown later."""

    name = "inbox"
    display_name = "In-app"
    description = "In the inbox of this application."
    transactional = True

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> None:
        super().send(user, context)

    def show(self, user: Any, context: Mapping[str, Any] | None = None) -> str:
        """Return the text of an entry, as plain text in the user's language, from its context."""
        super().send(user, context)
        return self.text()
