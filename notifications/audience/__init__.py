"""Everybody for whom a cell is effective: the rule for whole populations."""

from notifications.audience.queryset import audience
from notifications.audience.reading import count, ranges, stream
from notifications.audience.statement import KeyRange, Keys, Statement, statement

__all__ = [
    "KeyRange",
    "Keys",
    "Statement",
    "audience",
    "count",
    "ranges",
    "statement",
    "stream",
]
