"""Query of the record of deliveries."""

from typing import Annotated

import strawberry
from strawberry import Info

from notifications.delivery import history
from schema.auth.viewer import signed_in
from schema.catalogue.queries import NotificationName
from schema.connections import USUAL, After, First, key_at, length
from schema.deliveries.types import DeliveryConnection
from schema.enums import DeliveryState

_BackendName = Annotated[
    str | None,
    strawberry.argument(description="Only by the backend with this name; without it: by any."),
]
_State = Annotated[
    DeliveryState | None,
    strawberry.argument(description="Only those in this state; without it: in any."),
]


@strawberry.type
class Query:
    @strawberry.field(
        description="To whom a notification was sent, the newest first, and what became of it. For"
        " holders of `notifications.view_sentnotification`."
    )
    def deliveries(  # noqa: PLR0913, PLR0917 - arguments of GraphQL have names
        self,
        info: Info,
        notification: NotificationName,
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
