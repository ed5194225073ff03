"""What caches go by that are asked about the same thing again, rather than about an equal one."""

from typing import Any


class Same:
    """Things that are equal to the very same things alone, and live as long as a cache keeps it."""

    __slots__ = ("_ids", "things")

    def __init__(self, *things: Any) -> None:
        self.things = things
        self._ids = (*map(id, things),)

    def __hash__(self) -> int:
        return hash(self._ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._ids == other._ids
