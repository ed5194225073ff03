"""Query of a group's preferences."""

from typing import Annotated

import strawberry
from strawberry import ID, Info

from schema.auth.viewer import signed_in
from schema.groups.types import GroupPreferenceMatrix
from schema.preferences.loaders import group_matrix_of

_Id = Annotated[ID, strawberry.argument(description="ID of the group.")]


@strawberry.type
class Query:
    @strawberry.field(description="Cells that can be set for the group.")
    def group_preferences(self, info: Info, group: _Id) -> GroupPreferenceMatrix:
        access = signed_in(info)
        return GroupPreferenceMatrix.of(group_matrix_of(info, access, group), access)
