"""Natural keys: names by which fixtures refer to rows, instead of primary keys."""

from collections.abc import Callable
from functools import reduce
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from notifications.database.routing import RoutedQuerySet

USER = "user"


def natural_key(*fields: str, dependencies: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """Return a method `natural_key` with these fields. The field `user` must be the last.

    `dependencies` are models that a fixture must contain before, besides that of users.
    """

    def key(row: Any) -> tuple[Any, ...]:
        names = [field for field in fields if field != USER]
        values = [reduce(getattr, name.split("__"), row) for name in names]
        return (*values, *(_user_key(row.user) if USER in fields else ()))

    owners = (settings.AUTH_USER_MODEL,) if USER in fields else ()
    key.fields = fields  # type: ignore[attr-defined]
    if dependencies or owners:  # Django would fill an empty list
        key.dependencies = [*dependencies, *owners]  # type: ignore[attr-defined]
    return key


class NaturalKeyQuerySet(RoutedQuerySet):
    """QuerySet of a model with a `natural_key` of this module."""

    def get_by_natural_key(self, *key: Any) -> Any:
        """Return the row with this natural key. Raises the model's DoesNotExist."""
        fields = self.model.natural_key.fields
        values = dict(zip(fields, key, strict=False))
        if USER in fields:
            values[USER] = _user(key[len(fields) - 1 :], using=self.db)
        return self.get(**values)


def _user_key(user: Any) -> tuple[Any, ...]:
    """Return the user's natural key; the primary key if the user model has none."""
    return tuple(user.natural_key()) if _has_natural_key() else (user.pk,)


def _user(key: tuple[Any, ...], *, using: str) -> Any:
    users = get_user_model()._default_manager.db_manager(using)
    if _has_natural_key():
        return users.get_by_natural_key(*key)
    return users.get(pk=key[0])


def _has_natural_key() -> bool:
    model = get_user_model()
    manager = model._default_manager
    return hasattr(model, "natural_key") and hasattr(manager, "get_by_natural_key")
