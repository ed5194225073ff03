"""Whose preferences: users and groups as verbs take them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import QuerySet

from notifications.errors import WrongSubject

BATCH = 1000
"""How many are handled by one statement, where there may be any number."""


def saved_user(given: Any) -> Any:
    """Return what was given. Raises WrongSubject."""
    if not isinstance(given, get_user_model()) or given.pk is None:
        raise WrongSubject(given, allowed="a saved user")
    return given


def saved_group(given: Any) -> Group:
    """Return what was given. Raises WrongSubject."""
    if not isinstance(given, Group) or given.pk is None:
        raise WrongSubject(given, allowed="a saved group")
    return given


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items.iterator(BATCH) if isinstance(items, QuerySet) else items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
