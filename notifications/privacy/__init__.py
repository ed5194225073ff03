"""Data of one person: exported as JSON, and erased. docs/guides/operations.md lists all of it.

`person` finds rows that belong to the person, `other_apps` those of Django's own apps that mention
the person.
"""

from notifications.privacy.erasure import erase
from notifications.privacy.exports import export, exporting

__all__ = ["erase", "export", "exporting"]
