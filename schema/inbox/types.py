"""The viewer's inbox as GraphQL types. Texts of an entry are rendered if they are selected."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID, Private
from strawberry.relay import PageInfo

from notifications.delivery.history import Page
from notifications.inbox import reads
from schema.catalogue.types import Notification
from schema.connections import page_info
from schema.enums import PreferenceSource
from schema.fields import Node, compute, described
from schema.ids import global_id


@strawberry.type(description="Notification that was delivered to the viewer's inbox.")
class InboxEntry(Node):
    about: Notification | None = described(
        "Notification of the entry. Null if the viewer cannot see the notification."
    )
    read: bool = described("True if the entry is marked as read.")
    sent_at: datetime = described("Time of delivery.")
    decided_by: PreferenceSource | None = described(
        "Layer that decided the delivery. Null if it was sent regardless of preferences."
    )
    source: PreferenceSource = strawberry.field(
        description="Layer that decided the delivery. REQUIRED if `decidedBy` is null.",
        deprecation_reason="Use `decidedBy`.",
    )
    group_names: list[str] = described(
        "Names of the groups that turned it on, if `decidedBy` is GROUP."
    )
    value: Private[reads.Entry]

    title: str | None = described(
        "Title in one line, in the viewer's language. Null with an error if rendering fails."
    )
    title.init = False  # type: ignore[union-attr]  # see `compute`
    text: str | None = described(
        "Plain text, in the viewer's language. Null with an error if rendering fails."
    )
    text.init = False  # type: ignore[union-attr]
    reason: str = described(
        "`decidedBy` and `groupNames` as a sentence in the viewer's language. Empty if `decidedBy`"
        " is null."
    )
    reason.init = False  # type: ignore[attr-defined]

    @classmethod
    def of(cls, entry: reads.Entry) -> "InboxEntry":
        about = entry.notification
        return cls(
            id=ID(global_id("InboxEntry", entry.id)),
            about=Notification.of(about) if about else None,
            read=entry.read,
            sent_at=entry.sent,
            decided_by=entry.source,
            source=entry.source or PreferenceSource.REQUIRED,
            group_names=list(entry.groups),
            value=entry,
        )


compute(InboxEntry, "title", lambda entry: entry.value.title())
compute(InboxEntry, "text", lambda entry: entry.value.text())
compute(InboxEntry, "reason", lambda entry: entry.value.reason())


@strawberry.type(description="Summary of the viewer's inbox.")
class InboxSummary(Node):
    user: Private[Any]

    @strawberry.field(description="Number of unread entries.")
    def unread_count(self) -> int:
        return reads.unread_count(user=self.user)

    @classmethod
    def of(cls, user: Any) -> "InboxSummary":
        return cls(id=ID(global_id("InboxSummary", user.pk)), user=user)


@strawberry.type
class Summarized:
    """Fields of all types that have a part of the viewer's inbox."""

    summary: InboxSummary = described(
        "Summary of the whole inbox, with an ID for normalised caches."
    )

    @strawberry.field(description="Number of unread entries in the whole inbox, as in `summary`.")
    def unread_count(self) -> int:
        return reads.unread_count(user=self.summary.user)


@strawberry.type(description="Entry of the inbox with its cursor.")
class InboxEdge:
    cursor: str = described("Cursor of the entry, for `after` and `upTo`.")
    node: InboxEntry = described("The entry.")


@strawberry.type(description="Page of the viewer's inbox, newest first.")
class InboxConnection(Summarized):
    edges: list[InboxEdge] = described("Entries with their cursors.")
    nodes: list[InboxEntry] = described("Entries.")
    page_info: PageInfo = described(
        "Start and end of the page, and whether there are more entries."
    )

    @classmethod
    def of(cls, page: Page[reads.Entry], user: Any, after: str | None) -> "InboxConnection":
        nodes = list(map(InboxEntry.of, page.items))
        return cls(
            edges=[InboxEdge(cursor=node.id, node=node) for node in nodes],
            nodes=nodes,
            page_info=page_info(nodes, more=page.more, after=after),
            summary=InboxSummary.of(user),
        )
