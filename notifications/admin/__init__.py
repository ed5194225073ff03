"""The rows in Django's admin, under the rules that hold everywhere else.

`base` is what all lists share, `catalogue` what exists, `preferences` who wants what,
`addresses` where, `delivery` what was sent. The link from a user or a group to their matrix is
`templates/admin/change_form_object_tools.html`.
"""

from notifications.admin.addresses import AddressAdmin
from notifications.admin.catalogue import BackendAdmin, NotificationAdmin
from notifications.admin.delivery import SendAdmin, SentNotificationAdmin
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
