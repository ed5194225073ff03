"""The record of deliveries as GraphQL types, for administrators of delivery."""

from datetime import datetime

import strawberry
from strawberry import ID, Private
from strawberry.relay import PageInfo

from notifications.access import Access
from notifications.delivery.history import Page, Record
from schema.catalogue.types import Backend, Notification
from schema.connections import page_info
from schema.enums import DeliveryState, PreferenceSource
from schema.fields import Node, described
from schema.ids import global_id
from schema.people.types import User


@strawberry.type(description="Delivery of a notification to one user by one backend.")
class Delivery(Node):
    username: str = described("Unique name of the recipient.")
    notification: Notification = described("Notification that is delivered.")
    backend: Backend = described("Backend of the delivery, which may be disabled now.")
    state: DeliveryState = described("The delivery's state.")
    attempts: int = described("Number of attempts to deliver it.")
    error: str = described(
        "Class of the exception of the last failed attempt. Empty if none failed."
    )
    key: str = described("Idempotency key of the call that sent it.")
    decided_by: PreferenceSource | None = described(
        "Layer that decided the delivery. Null if none did: it is pending, it was sent regardless"
        " of preferences, or the notification was no longer sent by this backend."
    )
    group_names: list[str] = described(
        "Names of the groups that turned it on, if `decidedBy` is GROUP."
    )
    created_at: datetime = described("Time at which it was queued.")
    updated_at: datetime = described("Time of the last change of `state`.")
    record: Private[Record]
    access: Private[Access]

    @strawberry.field(
        description="The recipient. Null if the viewer may not see this user's preferences."
    )
    def recipient(self) -> User | None:
        user, may_view = self.record.user, self.access.may("view", user=self.record.user.pk)
        return User.of(user, self.record.memberships) if may_view else None

    @classmethod
    def of(cls, record: Record, access: Access) -> "Delivery":
        return cls(
            id=ID(global_id("Delivery", record.id)),
            username=record.user.get_username(),
            notification=Notification.of(record.notification),
            backend=Backend.of(record.backend),
            state=record.state,
            attempts=record.attempts,
            error=record.error,
            key=record.key,
            decided_by=record.source,
            group_names=list(record.groups),
            created_at=record.created,
            updated_at=record.updated,
            record=record,
            access=access,
        )


@strawberry.type(description="Delivery with its cursor.")
class DeliveryEdge:
    cursor: str = described("Cursor of the delivery, for `after`.")
    node: Delivery = described("The delivery.")


@strawberry.type(description="Page of a notification's deliveries, newest first.")
class DeliveryConnection:
    edges: list[DeliveryEdge] = described("Deliveries with their cursors.")
    nodes: list[Delivery] = described("Deliveries.")
    page_info: PageInfo = described(
        "Start and end of the page, and whether there are more deliveries."
    )

    @classmethod
    def of(cls, page: Page[Record], access: Access, after: str | None) -> "DeliveryConnection":
        nodes = [Delivery.of(record, access) for record in page.items]
        return cls(
            edges=[DeliveryEdge(cursor=node.id, node=node) for node in nodes],
            nodes=nodes,
            page_info=page_info(nodes, more=page.more, after=after),
        )
