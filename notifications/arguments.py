"""Arguments of public calls: lazy values are evaluated, and one value stands for a list of one."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import islice
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.utils.functional import LazyObject, Promise

from notifications.database.routing import for_write
from notifications.errors import WrongSubject, text_of

BATCH = 1000
"""Number of items that one statement handles."""
MISSING: Any = object()
"""Default of an argument that has two names."""


class Everybody(Enum):
    """The type of EVERYBODY, which stands for the whole audience of a notification."""

    EVERYBODY = "EVERYBODY"

    def __repr__(self) -> str:
        return self.name

    __str__ = __repr__


EVERYBODY: Final = Everybody.EVERYBODY


def evaluate(given: Any) -> Any:
    """Return the object that a lazy object stands for, lazy text as text, other values as given."""
    given = unwrapped(given)
    return str(given) if isinstance(given, Promise) else given


def unwrapped(given: Any) -> Any:
    """Return the object that a lazy object stands for, other values as given, also lazy text."""
    while isinstance(given, LazyObject):
        _, (given,) = given.__reduce__()  # evaluates it, and is public, as pickle needs it
    return given


def items(given: Any) -> Iterable[Any]:
    """Return the evaluated items of an iterable.

    A string, a dictionary, a model instance and anything that is not iterable is the only item.
    """
    given = evaluate(given)
    if isinstance(given, str | bytes | Mapping | Model) or not isinstance(given, Iterable):
        return [given]
    return map(evaluate, given)


def batches(given: Any) -> Iterator[list[Any]]:
    """Yield one item, or the items of an iterable, as lists of at most `BATCH`."""
    given = evaluate(given)
    rows = read_where_written(given).iterator(BATCH) if isinstance(given, QuerySet) else None
    iterator = iter(items(given) if rows is None else rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def read_where_written(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Return the queryset for a write: on the alias that is written to, unless it names one."""
    named: Any = rows
    return rows if named._db else rows.using(for_write())  # noqa: SLF001


def name_of(given: Any) -> Any:
    """Return the name of a notification or backend; other values as given."""
    given = evaluate(given)
    return given.name if isinstance(given, Model) and hasattr(given, "name") else given


def names(given: Any) -> list[Any]:
    """Return the names of one or more notifications or backends, given as rows or as names."""
    return [name_of(item) for item in items(given)]


def saved(given: Any, model: type[Model]) -> Any:
    """Return the row, evaluated if it is lazy. Raises TypeError unless the model has saved it."""
    row = evaluate(given)
    if not isinstance(row, model) or row.pk is None:
        name = model._meta.object_name
        raise TypeError(f"{text_of(row)} is not a {name}. Allowed: a saved {name}.")
    return row


def key_of(given: Any, model: type[Model]) -> Any:
    """Return the primary key of a row of the model, given as the row or as the key.

    Raises TypeError for None, for a row without a key and for rows of other models.
    """
    given = evaluate(given)
    key = given.pk if isinstance(given, model) else given
    if key is None or isinstance(key, Model):
        name = model._meta.object_name
        raise TypeError(f"{text_of(given)} is not a {name}. Allowed: a saved {name}, or its key.")
    return key


def saved_user(given: Any) -> Any:
    """Return the user, evaluated if it is lazy. Raises WrongSubject."""
    user = evaluate(given)
    if not isinstance(user, get_user_model()) or user.pk is None:
        raise WrongSubject(user, allowed="a saved user")
    return user


def saved_users(given: Any) -> list[Any]:
    """Return the users of one user or an iterable of users. Raises WrongSubject."""
    return [saved_user(user) for user in items(given)]


def saved_group(given: Any) -> Group:
    """Return the group, evaluated if it is lazy. Raises WrongSubject."""
    group = evaluate(given)
    if not isinstance(group, Group) or group.pk is None:
        raise WrongSubject(group, allowed="a saved group")
    return group


def saved_groups(given: Any) -> list[Group]:
    """Return the groups of one group or an iterable of groups. Raises WrongSubject."""
    return [saved_group(group) for group in items(given)]


def sole(call: str, **arguments: Any) -> Any:
    """Return the argument that was passed. Raises TypeError unless it is exactly one."""
    passed = [value for value in arguments.values() if value is not MISSING]
    if len(passed) != 1:
        problem = "both {!r} and {!r}" if passed else "neither {!r} nor {!r}"
        raise TypeError(f"{call}() got {problem.format(*arguments)}. Allowed: one of them.")
    return passed[0]
