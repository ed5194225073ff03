"""Queries of the notifications and backends that exist."""

from typing import Annotated

import strawberry
from strawberry import Info

from notifications import preferences
from notifications.configuration import entries as configuration
from schema.auth.viewer import signed_in
from schema.catalogue.types import Backend, Notification

NotificationName = Annotated[
    str, strawberry.argument(description="Unique name of the notification.")
]


@strawberry.type
class Query:
    @strawberry.field(
        description="Public notifications for which the viewer has all permissions, in the order of"
        " the catalogue."
    )
    def notifications(self, info: Info) -> list[Notification]:
        return list(map(Notification.of, preferences.available(user=signed_in(info).viewer)))

    @strawberry.field(description="One of `notifications` by name. Null if it is not among them.")
    def notification(self, info: Info, name: NotificationName) -> Notification | None:
        entries = preferences.available(user=signed_in(info).viewer)
        return next((Notification.of(entry) for entry in entries if entry.name == name), None)

    @strawberry.field(description="Enabled backends, in the order of the catalogue.")
    def backends(self, info: Info) -> list[Backend]:
        signed_in(info)
        return list(map(Backend.of, configuration.enabled_backends()))
