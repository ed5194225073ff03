"""Query of a user's preferences."""

from typing import Annotated

import strawberry
from strawberry import ID, Info

from schema.auth.viewer import signed_in
from schema.execution.documents import selects_ids
from schema.preferences.loaders import matrix_of
from schema.preferences.types import PreferenceMatrix

_UserId = Annotated[
    ID | None, strawberry.argument(description="ID of the user. Defaults to the viewer.")
]


@strawberry.type
class Query:
    @strawberry.field(description="Cells that the user may see, with their effective values.")
    def preferences(self, info: Info, user: _UserId = None) -> PreferenceMatrix:
        access = signed_in(info)
        value = matrix_of(info, access, user)
        return PreferenceMatrix.of(value, access, with_ids=selects_ids(info))
