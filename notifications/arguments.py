"""Arguments of public calls: lazy values are resolved, and one value stands for a list of one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.utils.functional import LazyObject, Promise

from notifications.errors import text_of

MISSING: Any = object()
"""Default of an argument that has two names."""


def resolved(given: Any) -> Any:
    """Return the object that a lazy object stands for, lazy text as text, other values as given."""
    given = unwrapped(given)
    return str(given) if isinstance(given, Promise) else given


def unwrapped(given: Any) -> Any:
    """Return the object that a lazy object stands for, other values as given, also lazy text."""
    while isinstance(given, LazyObject):
        _, (given,) = given.__reduce__()  # evaluates it, and is public, as pickle needs it
    return given


def items(given: Any) -> Iterable[Any]:
    """Return the resolved items of an iterable.

    A text, a dictionary, a model instance and anything that is no iterable is returned as the only
    item.
    """
    given = resolved(given)
    if isinstance(given, str | bytes | Mapping | Model) or not isinstance(given, Iterable):
        return [given]
    return map(resolved, given)


def name_of(given: Any) -> Any:
    """Return the name of a notification or backend; other values as given."""
    given = resolved(given)
    return given.name if isinstance(given, Model) and hasattr(given, "name") else given


def names(given: Any) -> list[Any]:
    """Return the names of one or more notifications or backends, given as rows or as names."""
    return [name_of(item) for item in items(given)]


def saved(given: Any, model: type[Model]) -> Any:
    """Return the row, resolved if it is lazy. Raises TypeError unless the model has saved it."""
    row = resolved(given)
    if not isinstance(row, model) or row.pk is None:
        name = model._meta.object_name
        raise TypeError(f"{text_of(row)} is no {name}. Allowed: a saved {name}.")
    return row


def key_of(given: Any, model: type[Model]) -> Any:
    """Return the primary key of a row of the model, given as the row or as the key.

    Raises TypeError for None, for a row without a key and for rows of other models.
    """
    given = resolved(given)
    key = given.pk if isinstance(given, model) else given
    if key is None or isinstance(key, Model):
        name = model._meta.object_name
        raise TypeError(f"{text_of(given)} is no {name}. Allowed: a saved {name}, or its key.")
    return key


def sole(call: str, **arguments: Any) -> Any:
    """Return the argument that was passed. Raises TypeError unless it is exactly one."""
    passed = [value for value in arguments.values() if value is not MISSING]
    if len(passed) != 1:
        problem = "both {!r} and {!r}" if passed else "neither {!r} nor {!r}"
        raise TypeError(f"{call}() got {problem.format(*arguments)}. Allowed: one of them.")
    return passed[0]
