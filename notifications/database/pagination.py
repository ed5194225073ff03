"""Pages of what was sent, the newest first, by key: none costs more than another."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`more`: whether there are older ones after these."""

    items: tuple[T, ...]
    more: bool


def newest(rows: QuerySet[Any], *, first: int, after: int | None) -> Page[Any]:
    """Return so many of the rows, those after the one with the key `after`; one statement."""
    older = rows if after is None else rows.filter(pk__lt=after)
    found = list(older.order_by("-pk")[: first + 1])
    return Page(tuple(found[:first]), len(found) > first)
