"""Users and their groups as GraphQL types."""

from typing import Any

import strawberry
from strawberry import ID, Private

from notifications import preferences
from notifications.configuration.groups import Membership
from schema.fields import Node, described
from schema.ids import global_id


@strawberry.type(description="Group of users, with preferences for its members.")
class Group(Node):
    name: str = described("Unique name of the group.")

    @classmethod
    def of(cls, group: Any) -> "Group":
        return cls(id=ID(global_id("Group", group.pk)), name=group.name)


@strawberry.type(description="User who can receive notifications.")
class User(Node):
    username: str = described("Unique name of the user.")
    user: Private[Any]
    memberships: Private[tuple[Membership, ...] | None] = None

    @strawberry.field(description="Groups of the user, sorted by name.")
    def groups(self) -> list[Group]:
        known = self.memberships
        return [
            Group(id=ID(global_id("Group", group.id)), name=group.name)
            for group in (preferences.memberships(user=self.user) if known is None else known)
        ]

    @classmethod
    def of(cls, user: Any, memberships: tuple[Membership, ...] | None = None) -> "User":
        id_ = ID(global_id("User", user.pk))
        return cls(id=id_, username=user.get_username(), user=user, memberships=memberships)
