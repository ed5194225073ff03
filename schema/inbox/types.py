"""The viewer's inbox as GraphQL types. Texts are rendered for those entries that are asked for."""

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


@strawberry.type(description="A notification that was delivered to the viewer's inbox.")
class InboxEntry(Node):
    about: Notification | None = described(
        "What it is; null where that is none of `notifications`, or not any more."
    )
    read: bool = described("Whether it was marked as read.")
    sent_at: datetime = described("When it was delivered.")
    source: PreferenceSource = described("Why the viewer got it: the layer that decided then.")
    group_names: list[str] = described(
        "The names of the groups that said yes, where the source is GROUP."
    )
    value: Private[reads.Entry]

    title: str | None = described(
        "One line, in the viewer's language; null, with an error, where it cannot be shown."
    )
    title.init = False  # type: ignore[union-attr]  # see `compute`
    text: str | None = described(
        "Plain text, in the viewer's language; null, with an error, where it cannot be shown."
    )
    text.init = False  # type: ignore[union-attr]
    reason: str = described("`source` and `groupNames` as a sentence in the viewer's language.")
    reason.init = False  # type: ignore[attr-defined]

    @classmethod
    def of(cls, entry: reads.Entry) -> "InboxEntry":
        about = entry.notification
        return cls(
            id=ID(global_id("InboxEntry", entry.id)),
            about=Notification.of(about) if about else None,
            read=entry.read,
            sent_at=entry.sent,
            source=entry.source,
            group_names=list(entry.groups),
            value=entry,
        )


compute(InboxEntry, "title", lambda entry: entry.value.title())
compute(InboxEntry, "text", lambda entry: entry.value.text())
compute(InboxEntry, "reason", lambda entry: entry.value.reason())


@strawberry.type(description="What is to be said of the viewer's inbox as a whole.")
class InboxSummary(Node):
    user: Private[Any]

    @strawberry.field(description="How many entries have not been marked as read.")
    def unread_count(self) -> int:
        return reads.unread_count(user=self.user)

    @classmethod
    def of(cls, user: Any) -> "InboxSummary":
        return cls(id=ID(global_id("InboxSummary", user.pk)), user=user)


@strawberry.type(description="An entry at its place in the inbox.")
class InboxEdge:
    cursor: str = described("What to give as `after` to go on behind it, or as `upTo`.")
    node: InboxEntry = described("The entry.")


@strawberry.type(description="A page of the viewer's inbox, the newest first.")
class InboxConnection:
    edges: list[InboxEdge] = described("The entries with their cursors.")
    nodes: list[InboxEntry] = described("The entries.")
    page_info: PageInfo = described("Where the page begins and ends, and whether there are more.")
    summary: InboxSummary = described(
        "Of the whole inbox. It has an id, so that caches find it changed by mutations."
    )

    @strawberry.field(description="As in `summary`: of the whole inbox, not of the page.")
    def unread_count(self) -> int:
        return reads.unread_count(user=self.summary.user)

    @classmethod
    def of(cls, page: Page[reads.Entry], user: Any, after: str | None) -> "InboxConnection":
        nodes = list(map(InboxEntry.of, page.items))
        return cls(
            edges=[InboxEdge(cursor=node.id, node=node) for node in nodes],
            nodes=nodes,
            page_info=page_info(nodes, more=page.more, after=after),
            summary=InboxSummary.of(user),
        )
