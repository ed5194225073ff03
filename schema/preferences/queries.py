"""Reads. Failures are GraphQL errors with `extensions.code`; see `errors`."""

from typing import Annotated

import strawberry
from strawberry import ID, Info

from notifications import preferences
from notifications.configuration import entries as configuration
from notifications.delivery import history
from notifications.errors import NotFound
from notifications.inbox import reads as inbox
from schema.auth.viewer import signed_in, viewer_of
from schema.catalogue.types import Backend, Notification, User
from schema.connections import USUAL, After, First, key_at, length
from schema.deliveries.types import DeliveryConnection
from schema.enums import DeliveryState
from schema.execution.documents import selects_ids
from schema.fields import Node
from schema.inbox.types import InboxConnection
from schema.node import find_node
from schema.preferences.loaders import group_matrix_of, matrix_of
from schema.preferences.types import GroupPreferenceMatrix, PreferenceMatrix

_Id = Annotated[ID, strawberry.argument(description="As handed out in a field `id`.")]
_UserId = Annotated[
    ID | None, strawberry.argument(description="Whose; without it: the viewer's own.")
]
_Name = Annotated[str, strawberry.argument(description="The unique name of the notification.")]

_UnreadOnly = Annotated[bool, strawberry.argument(description="Leave out what was read.")]
_BackendName = Annotated[
    str | None,
    strawberry.argument(description="Only by the backend with this name; without it: by any."),
]
_State = Annotated[
    DeliveryState | None,
    strawberry.argument(description="Only those in this state; without it: in any."),
]


@strawberry.type(description="What can be read.")
class Query:
    @strawberry.field(description="Whatever has this id; null where there is nothing to see.")
    def node(self, info: Info, id: _Id) -> Node | None:  # noqa: A002 - the contract's word
        access = signed_in(info)
        try:
            return find_node(access, id)
        except NotFound:
            return None

    @strawberry.field(description="The signed-in user; null for an anonymous request.")
    def viewer(self, info: Info) -> User | None:
        viewer = viewer_of(info)
        return User.of(viewer) if viewer.is_authenticated else None

    @strawberry.field(description="All cells that the user may see, with effective values.")
    def preferences(self, info: Info, user: _UserId = None) -> PreferenceMatrix:
        access = signed_in(info)
        value = matrix_of(info, access, user)
        return PreferenceMatrix.of(value, access, with_ids=selects_ids(info))

    @strawberry.field(description="All cells that the group may have an opinion on.")
    def group_preferences(self, info: Info, group: _Id) -> GroupPreferenceMatrix:
        access = signed_in(info)
        return GroupPreferenceMatrix.of(group_matrix_of(info, access, group), access)

    @strawberry.field(
        description="The public notifications for which the viewer has all permissions, in"
        " catalogue order."
    )
    def notifications(self, info: Info) -> list[Notification]:
        return list(map(Notification.of, preferences.available(user=signed_in(info).viewer)))

    @strawberry.field(description="One of `notifications` by name; null where it is none of them.")
    def notification(self, info: Info, name: _Name) -> Notification | None:
        entries = preferences.available(user=signed_in(info).viewer)
        return next((Notification.of(entry) for entry in entries if entry.name == name), None)

    @strawberry.field(description="The enabled backends, in catalogue order.")
    def backends(self, info: Info) -> list[Backend]:
        signed_in(info)
        return list(map(Backend.of, configuration.enabled_backends()))

    @strawberry.field(description="What was delivered to the viewer's inbox, the newest first.")
    def inbox(
        self,
        info: Info,
        first: First = USUAL,
        after: After = None,
        unread_only: _UnreadOnly = False,  # noqa: FBT002 - an argument of GraphQL has a name
    ) -> InboxConnection:
        viewer, key = signed_in(info).viewer, key_at(after, "InboxEntry")
        page = inbox.read(user=viewer, first=length(first), after=key, unread_only=unread_only)
        return InboxConnection.of(page, viewer, after)

    @strawberry.field(
        description="To whom a notification was sent, the newest first, and what became of it. For"
        " holders of `notifications.view_sentnotification`."
    )
    def deliveries(  # noqa: PLR0913, PLR0917 - arguments of GraphQL have names
        self,
        info: Info,
        notification: _Name,
        first: First = USUAL,
        after: After = None,
        backend: _BackendName = None,
        state: _State = None,
    ) -> DeliveryConnection:
        access = signed_in(info)
        access.require_deliveries()
        page = history.deliveries(
            notification=notification,
            first=length(first),
            after=key_at(after, "Delivery"),
            backend=backend,
            state=state,
            public_only=True,
        )
        return DeliveryConnection.of(page, access, after)
