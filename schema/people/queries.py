"""Query of the signed-in user."""

import strawberry
from strawberry import Info

from schema.auth.viewer import viewer_of
from schema.people.types import User


@strawberry.type
class Query:
    @strawberry.field(description="The signed-in user. Null for an anonymous request.")
    def viewer(self, info: Info) -> User | None:
        viewer = viewer_of(info)
        return User.of(viewer) if viewer.is_authenticated else None
