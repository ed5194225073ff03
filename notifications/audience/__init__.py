"""Audience: the users for whom a cell is effective. The rule for whole populations, in SQL."""

from notifications.audience.reads import audience, count, ranges, stream
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
