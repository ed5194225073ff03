"""Query of the record of deliveries."""

from typing import Annotated

import strawberry
from strawberry import Info

from notifications.delivery import history
from schema.auth.viewer import signed_in
from schema.catalogue.queries import NotificationName
from schema.connections import DEFAULT_LENGTH, After, First, key_at, length
from schema.deliveries.types import DeliveryConnection
from schema.enums import DeliveryState

_BackendName = Annotated[
    str | None,
    strawberry.argument(description="Name of a backend. Defaults to all."),
]
_State = Annotated[
    DeliveryState | None,
    strawberry.argument(description="State of the deliveries. Defaults to all."),
]


@strawberry.type
class Query:
    @strawberry.field(
        description="Deliveries of a notification, newest first. Requires the permission"
        " `notifications.view_sentnotification`."
    )
    def deliveries(  # noqa: PLR0913, PLR0917 - arguments of GraphQL have names
        self,
        info: Info,
        notification: NotificationName,
        first: First = DEFAULT_LENGTH,
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
