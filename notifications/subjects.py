"""Users and groups as arguments of public calls."""

from collections.abc import Iterator
from enum import Enum
from itertools import islice
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import QuerySet

from notifications.arguments import items, resolved
from notifications.database.routing import for_write
from notifications.errors import WrongSubject

BATCH = 1000
"""Number of items that one statement handles."""


class Everybody(Enum):
    """The type of EVERYBODY, which stands for the whole audience of a notification."""

    EVERYBODY = "EVERYBODY"

    def __repr__(self) -> str:
        return self.name

    __str__ = __repr__


EVERYBODY: Final = Everybody.EVERYBODY


def saved_user(given: Any) -> Any:
    """Return the user, resolved if it is lazy. Raises WrongSubject."""
    user = resolved(given)
    if not isinstance(user, get_user_model()) or user.pk is None:
        raise WrongSubject(user, allowed="a saved user")
    return user


def saved_users(given: Any) -> list[Any]:
    """Return the users of one user or an iterable of users. Raises WrongSubject."""
    return [saved_user(user) for user in items(given)]


def saved_group(given: Any) -> Group:
    """Return the group, resolved if it is lazy. Raises WrongSubject."""
    group = resolved(given)
    if not isinstance(group, Group) or group.pk is None:
        raise WrongSubject(group, allowed="a saved group")
    return group


def saved_groups(given: Any) -> list[Group]:
    """Return the groups of one group or an iterable of groups. Raises WrongSubject."""
    return [saved_group(group) for group in items(given)]


def read_where_written(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Return the queryset for a write: on the alias that is written to, unless it names one."""
    named: Any = rows
    return rows if named._db else rows.using(for_write())  # noqa: SLF001


def batches(given: Any) -> Iterator[list[Any]]:
    """Yield one item, or the items of an iterable, as lists of at most `BATCH`."""
    given = resolved(given)
    rows = read_where_written(given).iterator(BATCH) if isinstance(given, QuerySet) else None
    iterator = iter(items(given) if rows is None else rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch
