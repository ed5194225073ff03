"""Errors for unknown names that are also the `DoesNotExist` of their model.

`errors` cannot name models, which import it. Code that catches `Notification.DoesNotExist` or
`Backend.DoesNotExist`, as django-notifier raised them, also catches these.
"""

from notifications.errors import InvalidPreferences, UnknownNotification
from notifications.models.catalogue import Backend, Notification


class NotificationDoesNotExist(UnknownNotification, Notification.DoesNotExist):
    """No notification has this `name`."""


class BackendDoesNotExist(InvalidPreferences, Backend.DoesNotExist):
    """At least one of the `problems` is a backend that does not exist. Nothing was written."""
