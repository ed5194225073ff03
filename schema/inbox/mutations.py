"""Mutations of the viewer's inbox, and their results."""

from collections.abc import Iterable
from typing import Annotated, Any

import strawberry
from strawberry import Info, Private

from notifications.inbox import reads, writes
from schema.auth.viewer import signed_in
from schema.conf import limits
from schema.connections import key_at, length
from schema.errors import InvalidInput, NotFound, NotSignedIn
from schema.fields import described
from schema.ids import key_of
from schema.inbox.inputs import MarkAllReadInput, MarkReadInput
from schema.inbox.types import InboxEntry, InboxSummary
from schema.limits.bounds import check_ids


@strawberry.type
class _Marked:
    summary: InboxSummary = described("Of the whole inbox, as it is now.")

    @strawberry.field(description="As in `summary`: how many entries are unread now.")
    def unread_count(self) -> int:
        return reads.unread_count(user=self.summary.user)


@strawberry.type(description="The entries are read.")
class MarkReadSuccess(_Marked):
    entries: list[InboxEntry] = described(
        "The entries as they are now, each once, in the order of the input."
    )

    @classmethod
    def of(cls, entries: Iterable[reads.Entry], user: Any) -> "MarkReadSuccess":
        return cls(summary=InboxSummary.of(user), entries=list(map(InboxEntry.of, entries)))


@strawberry.type(description="What the viewer has seen is read.")
class MarkAllReadSuccess(_Marked):
    marked: int = described("How many entries had not been read before.")
    first: Private[int]
    up_to: Private[int | None]

    @strawberry.field(
        description="The newest of those that this was about, as they are now: `first` of them."
    )
    def entries(self) -> list[InboxEntry]:
        after = None if self.up_to is None else self.up_to + 1
        page = reads.read(user=self.summary.user, first=self.first, after=after)
        return list(map(InboxEntry.of, page.items))

    @classmethod
    def of(cls, marked: int, user: Any, first: int, up_to: int | None) -> "MarkAllReadSuccess":
        return cls(summary=InboxSummary.of(user), marked=marked, first=first, up_to=up_to)


MarkReadResult = Annotated[
    MarkReadSuccess | NotSignedIn | NotFound | InvalidInput,
    strawberry.union("MarkReadResult", description="Marked, or why not."),
]
MarkAllReadResult = Annotated[
    MarkAllReadSuccess | NotSignedIn | InvalidInput,
    strawberry.union("MarkAllReadResult", description="Marked, or why not."),
]

_input = strawberry.argument(description="What to do, and for whom.")


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Mark entries of the viewer's inbox as read; safe to repeat. Others' entries"
        " are answered as those that do not exist."
    )
    def mark_read(
        self,
        info: Info,
        input: Annotated[MarkReadInput, _input],  # noqa: A002
    ) -> MarkReadResult:
        viewer = signed_in(info).viewer
        keys = {id_: key_of(id_, "InboxEntry") for id_ in check_ids(input.ids)}
        entries = writes.mark_read(user=viewer, entries=keys)
        return MarkReadSuccess.of(entries, viewer)

    @strawberry.mutation(
        description="Mark as read what the viewer has seen of the inbox; safe to repeat."
    )
    def mark_all_read(
        self,
        info: Info,
        input: Annotated[MarkAllReadInput, _input],  # noqa: A002
    ) -> MarkAllReadResult:
        viewer, up_to = signed_in(info).viewer, key_at(input.up_to, "InboxEntry", "upTo")
        first = length(input.first, limits().max_entries)
        marked = writes.mark_all_read(user=viewer, up_to=up_to)
        return MarkAllReadSuccess.of(marked, viewer, first, up_to)
