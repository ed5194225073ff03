"""Export and erasure of the personal data of one user. docs/guides/operations.md lists the data.

`person` finds the rows of this app, `other_apps` those of Django's own apps.
"""

from notifications.privacy.erasure import erase
from notifications.privacy.exports import export, exporting

__all__ = ["erase", "export", "exporting"]
