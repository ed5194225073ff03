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
from schema.inbox.types import InboxEntry, InboxSummary, Summarized
from schema.limits.bounds import check_ids


@strawberry.type(description="The entries are marked as read.")
class MarkReadSuccess(Summarized):
    entries: list[InboxEntry] = described(
        "The entries afterwards, each once, in the order of the input."
    )

    @classmethod
    def of(cls, entries: Iterable[reads.Entry], user: Any) -> "MarkReadSuccess":
        return cls(summary=InboxSummary.of(user), entries=list(map(InboxEntry.of, entries)))


@strawberry.type(description="The inbox is marked as read, up to `upTo`.")
class MarkAllReadSuccess(Summarized):
    marked: int = described("Number of entries that were unread before.")
    first: Private[int]
    up_to: Private[int | None]

    @strawberry.field(description="The newest `first` of the entries up to `upTo`, afterwards.")
    def entries(self) -> list[InboxEntry]:
        after = None if self.up_to is None else self.up_to + 1
        page = reads.read(user=self.summary.user, first=self.first, after=after)
        return list(map(InboxEntry.of, page.items))

    @classmethod
    def of(cls, marked: int, user: Any, first: int, up_to: int | None) -> "MarkAllReadSuccess":
        return cls(summary=InboxSummary.of(user), marked=marked, first=first, up_to=up_to)


MarkReadResult = Annotated[
    MarkReadSuccess | NotSignedIn | NotFound | InvalidInput,
    strawberry.union("MarkReadResult", description="Success, or an error."),
]
MarkAllReadResult = Annotated[
    MarkAllReadSuccess | NotSignedIn | InvalidInput,
    strawberry.union("MarkAllReadResult", description="Success, or an error."),
]

_input = strawberry.argument(description="Input of the mutation.")


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Mark entries of the viewer's inbox as read. Idempotent. Entries of other users"
        " are not found."
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

    @strawberry.mutation(description="Mark the viewer's inbox as read, up to an entry. Idempotent.")
    def mark_all_read(
        self,
        info: Info,
        input: Annotated[MarkAllReadInput, _input],  # noqa: A002
    ) -> MarkAllReadResult:
        viewer, up_to = signed_in(info).viewer, key_at(input.up_to, "InboxEntry", "upTo")
        first = length(input.first, limits().max_entries)
        marked = writes.mark_all_read(user=viewer, up_to=up_to)
        return MarkAllReadSuccess.of(marked, viewer, first, up_to)
