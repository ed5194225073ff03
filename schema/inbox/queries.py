"""Query of the viewer's inbox."""

from typing import Annotated

import strawberry
from strawberry import Info

from notifications.inbox import reads
from schema.auth.viewer import signed_in
from schema.connections import DEFAULT_LENGTH, After, First, key_at, length
from schema.inbox.types import InboxConnection

_UnreadOnly = Annotated[bool, strawberry.argument(description="Leave out entries that are read.")]


@strawberry.type
class Query:
    @strawberry.field(description="The viewer's inbox, newest first.")
    def inbox(
        self,
        info: Info,
        first: First = DEFAULT_LENGTH,
        after: After = None,
        unread_only: _UnreadOnly = False,  # noqa: FBT002 - an argument of GraphQL has a name
    ) -> InboxConnection:
        viewer, key = signed_in(info).viewer, key_at(after, "InboxEntry")
        page = reads.read(user=viewer, first=length(first), after=key, unread_only=unread_only)
        return InboxConnection.of(page, viewer, after)
