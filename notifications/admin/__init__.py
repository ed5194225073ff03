"""Admins of all models, under the same rules as the API and the pages.

The link from a user or a group to their matrix is in
`templates/admin/change_form_object_tools.html`.
"""

from notifications.admin.catalogue import BackendAdmin, NotificationAdmin
from notifications.admin.delivery import AddressAdmin, SendAdmin, SentNotificationAdmin
from notifications.admin.preferences import GroupPrefsAdmin, UserPrefsAdmin

__all__ = [
    "AddressAdmin",
    "BackendAdmin",
    "GroupPrefsAdmin",
    "NotificationAdmin",
    "SendAdmin",
    "SentNotificationAdmin",
    "UserPrefsAdmin",
]
