"""Rows of users, of whatever model: one insert for any number of them."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connections, models

from project.population.numbers import drawn

INACTIVE, SUPERUSERS = 20, 1000
"""One in so many."""


class UnsuitableUserModel(Exception):
    """Nobody but the project knows how to make its users up."""


def key_of(number: str, *, postgresql: bool) -> str:
    """The primary key of the user with this number, as SQL. Raises UnsuitableUserModel."""
    field = get_user_model()._meta.pk
    if isinstance(field, models.IntegerField):
        return number
    if not isinstance(field, models.UUIDField):
        raise UnsuitableUserModel(
            f"Users have a {type(field).__name__} as primary key. Allowed: whole numbers and UUIDs."
        )
    parts = [drawn(number, salt, 2**31 - 1) for salt in (1, 2, 3)] + [number]
    if postgresql:
        digits = ", ".join(f"LPAD(TO_HEX({part}), 8, '0')" for part in parts)
        return f"CAST(CONCAT({digits}) AS uuid)"
    return f"PRINTF('{'%08x' * 4}', {', '.join(parts)})"


def columns(number: str, first: int, salt: int, using: str) -> Iterator[tuple[str, str, list[Any]]]:
    """Yield each column of a user with the SQL of its value, and that one's parameters.

    The user with the number `first` can sign in and is like most. Raises UnsuitableUserModel.
    """
    model, connection = get_user_model(), connections[using]
    ordinary = f"{number} = {first}"
    made_up = {
        model._meta.pk.name: key_of(number, postgresql=connection.vendor == "postgresql"),
        "is_active": f"({ordinary} OR {drawn(number, salt, INACTIVE)} <> 0)",
        "is_superuser": f"({number} <> {first} AND {drawn(number, salt + 1, SUPERUSERS)} = 0)",
        "is_staff": f"({number} <> {first} AND {drawn(number, salt + 1, SUPERUSERS)} = 0)",
        "password": f"'{UNUSABLE_PASSWORD_PREFIX}'",
        model.get_email_field_name(): f"'user' || {number} || '@example.com'",
    }
    sign_in = model._meta.get_field(model.USERNAME_FIELD)
    if not isinstance(sign_in, models.EmailField):
        made_up[sign_in.name] = f"'user' || {number}"
    for field in model._meta.concrete_fields:
        if field.name in made_up:
            yield str(field.column), made_up[field.name].replace("%", "%%"), []
        elif (value := _usual(field, connection)) is not None:
            yield str(field.column), "%s", [value]


def _usual(field: Any, connection: Any) -> Any:
    """What a new user has there, for the database. Raises UnsuitableUserModel."""
    user = get_user_model()()
    value = field.get_db_prep_save(field.pre_save(user, add=True), connection)
    if field.unique or (value is None and not field.null):
        raise UnsuitableUserModel(
            f"The field {field.name!r} of users has no value that all can have."
            " Allowed: fields with a default, beside those to sign in with."
        )
    return value
