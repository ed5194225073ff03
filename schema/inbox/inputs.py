"""Inputs of the mutations of the inbox."""

import strawberry
from strawberry import ID

from schema.fields import described


@strawberry.input(
    description="Entries of the viewer's inbox to mark as read: all, or none after an error."
)
class MarkReadInput:
    ids: list[ID] = described("IDs of entries, up to 1,000 by default.")


@strawberry.input(description="Part of the viewer's inbox to mark as read.")
class MarkAllReadInput:
    up_to: str | None = strawberry.field(
        default=None,
        description="Cursor of the newest entry to mark: newer entries stay unread. Defaults to the"
        " whole inbox.",
    )
    first: int = strawberry.field(
        default=100,
        description="Number of entries to return, newest first, so that a client can update its"
        " cache. From 1 to 1,000 by default.",
    )
