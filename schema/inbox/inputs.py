"""Inputs of the mutations of the inbox."""

import strawberry
from strawberry import ID

from schema.fields import described


@strawberry.input(description="Entries of the viewer's inbox to mark as read; all are, or none.")
class MarkReadInput:
    ids: list[ID] = described("At the most 1,000, unless configured otherwise.")


@strawberry.input(description="How much of the viewer's inbox to mark as read.")
class MarkAllReadInput:
    up_to: str | None = strawberry.field(
        default=None,
        description="The cursor of the newest entry that the viewer has seen: what came after it"
        " stays unread; without it: everything there is.",
    )
    first: int = strawberry.field(
        default=100,
        description="How many entries to answer with, the newest first: as many as a cache may"
        " have. From 1 to 1,000, unless configured otherwise.",
    )
