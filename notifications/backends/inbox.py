"""Shown in the application: the record of the delivery is the entry."""

from collections.abc import Mapping
from typing import Any

from notifications.backends.base import BaseBackend
from notifications.backends.rendering import one_line, render
from notifications.site import safe_url


class InboxBackend(BaseBackend):
    """Has no `send` of its own: that a delivery is recorded makes it an entry, shown later."""

    name = "inbox"
    display_name = "In-app"
    description = "In the inbox of this application."
    transactional = True

    def link_of(self, url: str) -> str:
        """Return a relative URL as it is: entries are shown on this site."""
        return safe_url(url)

    def show(self, user: Any, context: Mapping[str, Any] | None = None) -> str:
        """Return the text of an entry, as plain text in the user's language, from its context."""
        BaseBackend.send(self, user, context)  # a subclass's own would deliver again
        return self.text()

    def heading(self, user: Any, context: Mapping[str, Any] | None = None) -> str:
        """Return the one line that stands for an entry, from the template `…_inbox_title.txt`."""
        BaseBackend.send(self, user, context)  # a subclass's own would deliver again
        names = [self.template_name("_title.txt"), "notifications/inbox_title.txt"]
        return one_line(render(names, self.context))
