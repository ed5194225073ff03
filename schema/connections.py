"""Pages of a connection: where they begin, how long they may be, and what is said of them."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry.relay import PageInfo

from notifications.errors import InvalidInput, NotFound
from schema.ids import key_of

USUAL, MOST = 20, 100

# Clients send null for what nobody has chosen, and Relay's compiler wants to be able to.
First = Annotated[
    int | None,
    strawberry.argument(description="How many at the most, from 1 to 100; null: 20."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="The cursor that they come after; without it: the newest."),
]


def length(first: int | None, most: int = MOST) -> int:
    """Return what was given, or what is usual. Raises InvalidInput."""
    if first is None:
        return USUAL
    if not 1 <= first <= most:
        raise InvalidInput("first", f"It is {first:,}. Allowed: 1 to {most:,}.")
    return first


def key_at(cursor: str | None, type_name: str, field: str = "after") -> int | None:
    """Return the key of the delivery that a cursor stands for. Raises InvalidInput.

    The cursor of an entry is its id. Whether that is still there does not matter to what is older.
    """
    if cursor is None:
        return None
    try:
        key: int = key_of(cursor, type_name)
    except NotFound:
        reason = f"It is {cursor!r}. Allowed: a cursor as handed out with a page."
        raise InvalidInput(field, reason) from None
    return key


def page_info(nodes: Sequence[Any], *, more: bool, after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=nodes[0].id if nodes else None,
        end_cursor=nodes[-1].id if nodes else None,
    )
