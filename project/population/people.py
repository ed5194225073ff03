"""Columns of made-up users, of any user model, as SQL expressions of a number."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connections, models

INACTIVE, SUPERUSERS = 20, 1000
"""One user in 20 is inactive, one in 1,000 a superuser."""
PRIME = 2_147_483_647
"""Largest prime whose square a signed 64-bit integer holds."""


def random_number(number: str, salt: int, below: int) -> str:
    """Return SQL of a pseudo-random integer from 0 to `below` - 1, equal on every database.

    It depends on the value of the SQL `number`, and on the salt.
    """
    value = f"(CAST({number} AS bigint) % {PRIME})"
    for factor in (48_271, 69_621):
        value = f"(({value} * {factor} + {(salt * 7_919 + factor) % PRIME}) % {PRIME})"
        value = f"({value} * {value} % {PRIME})"
    return f"({value} / 8 % {below})"


def number_series(first: int, last: int, *, postgresql: bool) -> str:
    """Return SQL of a table `s` with a column `i` of the numbers from `first` to `last`."""
    if postgresql:
        return f"generate_series({first}::bigint, {last}) AS s (i)"
    return (
        f"(WITH RECURSIVE r (i) AS (VALUES ({first}) UNION ALL SELECT i + 1 FROM r"  # noqa: S608
        f" WHERE i < {last}) SELECT i FROM r) AS s"
    )


class UnsuitableUserModel(Exception):
    """User model with fields that cannot be made up."""


def key_of(number: str, *, postgresql: bool) -> str:
    """Return SQL of the primary key of the user with a number. Raises UnsuitableUserModel."""
    field = get_user_model()._meta.pk
    if isinstance(field, models.IntegerField):
        return number
    if not isinstance(field, models.UUIDField):
        raise UnsuitableUserModel(
            f"Users have a {type(field).__name__} as primary key. Allowed: integers and UUIDs."
        )
    parts = [random_number(number, salt, 2**31 - 1) for salt in (1, 2, 3)] + [number]
    if postgresql:
        digits = ", ".join(f"LPAD(TO_HEX({part}), 8, '0')" for part in parts)
        return f"CAST(CONCAT({digits}) AS uuid)"
    return f"PRINTF('{'%08x' * 4}', {', '.join(parts)})"


def columns(number: str, first: int, salt: int, using: str) -> Iterator[tuple[str, str, list[Any]]]:
    """Yield each column of a user with the SQL of its value and the parameters of that SQL.

    The user with the number `first` is active and no superuser. Raises UnsuitableUserModel.
    """
    model, connection = get_user_model(), connections[using]
    ordinary = f"{number} = {first}"
    superuser = f"({number} <> {first} AND {random_number(number, salt + 1, SUPERUSERS)} = 0)"
    made_up = {
        model._meta.pk.name: key_of(number, postgresql=connection.vendor == "postgresql"),
        "is_active": f"({ordinary} OR {random_number(number, salt, INACTIVE)} <> 0)",
        "is_superuser": superuser,
        "is_staff": superuser,
        "password": f"'{UNUSABLE_PASSWORD_PREFIX}'",
        model.get_email_field_name(): f"'user' || {number} || '@example.com'",
    }
    sign_in = model._meta.get_field(model.USERNAME_FIELD)
    if not isinstance(sign_in, models.EmailField):
        made_up[sign_in.name] = f"'user' || {number}"
    for field in model._meta.concrete_fields:
        if field.name in made_up:
            yield str(field.column), made_up[field.name].replace("%", "%%"), []
        elif (value := _default(field, connection)) is not None:
            yield str(field.column), "%s", [value]


def _default(field: Any, connection: Any) -> Any:
    """Return the value of a new user, for the database. Raises UnsuitableUserModel."""
    user = get_user_model()()
    value = field.get_db_prep_save(field.pre_save(user, add=True), connection)
    if field.unique or (value is None and not field.null):
        raise UnsuitableUserModel(
            f"The field {field.name!r} of users has no default value, or is unique."
            " Allowed: fields with a default, besides those of the sign-in."
        )
    return value
