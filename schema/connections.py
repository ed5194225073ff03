"""Pages of a connection: arguments, cursors and `PageInfo`."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry.relay import PageInfo

from notifications.errors import InvalidInput, NotFound
from schema.ids import key_of

DEFAULT_LENGTH, MAX_LENGTH = 20, 100

# Nullable: clients send null for an argument that is not set, as Relay's compiler requires.
First = Annotated[
    int | None,
    strawberry.argument(description="Maximum number of entries, from 1 to 100. Defaults to 20."),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="Cursor after which the page starts. Defaults to the first page."
    ),
]


def length(first: int | None, most: int = MAX_LENGTH) -> int:
    """Return the length of a page. Raises InvalidInput."""
    if first is None:
        return DEFAULT_LENGTH
    if not 1 <= first <= most:
        raise InvalidInput("first", f"It is {first:,}. Allowed: 1 to {most:,}.")
    return first


def key_at(cursor: str | None, type_name: str, field: str = "after") -> int | None:
    """Return the primary key in a cursor, which is the ID of an entry. Raises InvalidInput.

    The entry itself may have been deleted.
    """
    if cursor is None:
        return None
    try:
        key: int = key_of(cursor, type_name)
    except NotFound:
        reason = f"It is {cursor!r}. Allowed: a cursor of an edge."
        raise InvalidInput(field, reason) from None
    return key


def page_info(nodes: Sequence[Any], *, more: bool, after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=nodes[0].id if nodes else None,
        end_cursor=nodes[-1].id if nodes else None,
    )
