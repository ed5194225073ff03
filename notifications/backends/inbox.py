"""Delivery to the inbox of the application."""

from collections.abc import Mapping
from typing import Any

from notifications.backends.base import BaseBackend
from notifications.backends.rendering import one_line, render
from notifications.site import safe_url


class InboxBackend(BaseBackend):
    """Delivers by the record alone: a recorded delivery is an entry, which is rendered when read.

    Subclasses can change how entries are rendered.
    """

    name = "inbox"
    display_name = "In-app"
    description = "In the inbox of this application."
    transactional = True

    def link_of(self, url: str) -> str:
        """Return a relative URL as it is: entries are displayed on this site."""
        return safe_url(url)

    def render_text(self, user: Any, context: Mapping[str, Any] | None = None) -> str:
        """Return the plain text of an entry, in the user's language, from the entry's context."""
        BaseBackend.send(self, user, context)  # a subclass's own would deliver again
        return self.text()

    def render_title(self, user: Any, context: Mapping[str, Any] | None = None) -> str:
        """Return the title of an entry, one line, from the template `…_inbox_title.txt`."""
        BaseBackend.send(self, user, context)  # a subclass's own would deliver again
        names = [self.template_name("_title.txt"), "notifications/inbox_title.txt"]
        return one_line(render(names, self.context))
