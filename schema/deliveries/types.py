"""The record of what was sent as GraphQL types, for those who look after sending."""

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


@strawberry.type(description="A notification on its way to one user by one backend.")
class Delivery(Node):
    username: str = described("The unique name of the user whom it is for.")
    notification: Notification = described("What is delivered.")
    backend: Backend = described("The way it goes; it may have been disabled since.")
    state: DeliveryState = described("Where it is.")
    attempts: int = described("How often a backend has been asked to deliver it.")
    error: str = described(
        "The class of what the last attempt failed with; empty where none has failed."
    )
    key: str = described("The key of the call that sent it: a repeat of that sends nothing.")
    decided_by: PreferenceSource | None = described(
        "The layer that decided then; null: nobody has, or there was nothing left to decide about."
    )
    group_names: list[str] = described(
        "The names of the groups that said yes, where it was decided by GROUP."
    )
    created_at: datetime = described("When it was queued for this user.")
    updated_at: datetime = described("When it came into the state that it is in.")
    record: Private[Record]
    access: Private[Access]

    @strawberry.field(
        description="Whom it is for; null to those who may not see that user's preferences."
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


@strawberry.type(description="A delivery at its place among those of its notification.")
class DeliveryEdge:
    cursor: str = described("What to give as `after` to go on behind it.")
    node: Delivery = described("The delivery.")


@strawberry.type(description="A page of a notification's deliveries, the newest first.")
class DeliveryConnection:
    edges: list[DeliveryEdge] = described("The deliveries with their cursors.")
    nodes: list[Delivery] = described("The deliveries.")
    page_info: PageInfo = described("Where the page begins and ends, and whether there are more.")

    @classmethod
    def of(cls, page: Page[Record], access: Access, after: str | None) -> "DeliveryConnection":
        nodes = [Delivery.of(record, access) for record in page.items]
        return cls(
            edges=[DeliveryEdge(cursor=node.id, node=node) for node in nodes],
            nodes=nodes,
            page_info=page_info(nodes, more=page.more, after=after),
        )
