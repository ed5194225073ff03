"""What strangers are told of the schema: all of it, or nothing that they do not know already."""

import re
from typing import Any

from graphql import SKIP, FieldNode, GraphQLError, ValidationRule, VisitorAction

_SUGGESTION = re.compile(r" Did you mean [a-z ]*'[^']*'((, or|,| or) '[^']*')*\?")


class NoIntrospection(ValidationRule):
    """Lets nobody ask for the schema. `__typename`, which caches need, is another matter."""

    def enter_field(self, node: FieldNode, *_args: Any) -> VisitorAction:
        name = node.name.value
        if name not in {"__schema", "__type"}:
            return None
        message = f"Introspection is off here: {name!r} cannot be asked for. Allowed: '__typename'."
        self.report_error(GraphQLError(message, node))
        return SKIP


def without_suggestion(message: str) -> str:
    """Leave out the names that graphql-core thinks were meant: they may be news to the client.

    It can leave them out itself (`hide_suggestions`), but Strawberry does not let it, and its own
    `disable_field_suggestions` knows of fields alone.
    """
    return _SUGGESTION.sub("", message)
