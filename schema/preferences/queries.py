"""Query of a user's preferences."""

from typing import Annotated

import strawberry
from strawberry import ID, Info

from schema.auth.viewer import signed_in
from schema.preferences.loaders import matrix_of
from schema.preferences.types import PreferenceMatrix

_UserId = Annotated[
    ID | None, strawberry.argument(description="ID of the user. Defaults to the viewer.")
]


@strawberry.type
class Query:
    @strawberry.field(description="Cells that the user may see, with their effective values.")
    def preferences(self, info: Info, user: _UserId = None) -> PreferenceMatrix:
        return matrix_of(info, signed_in(info), user)
