"""Tables and rows of `data/`, which django-notifier has written; see `data/make.py`."""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection

from notifications.from_notifier.tables import TABLES

DATA = Path(__file__).with_name("data")
ROWS: dict[str, Any] = json.loads((DATA / "rows.json").read_text())


def create(*, constraints: bool = True) -> None:
    """Create the tables with the key type of the user model, optionally without foreign keys."""
    users: Any = get_user_model()._meta
    foreign_keys = "REFERENCES" if not constraints else "-"
    for statement in (DATA / f"{connection.vendor}.sql").read_text().splitlines():
        if foreign_keys in statement:
            continue
        if users.db_table != "auth_user":
            type_ = users.pk.rel_db_type(connection)
            statement = statement.replace('"user_id" integer', f'"user_id" {type_}')  # noqa: PLW2901
            statement = statement.replace('"user_id" INTEGER', f'"user_id" {type_}')  # noqa: PLW2901
            target = f'"{users.db_table}" ("{users.pk.column}")'
            statement = statement.replace('"auth_user" ("id")', target)  # noqa: PLW2901
        execute(statement)


def load(*, constraints: bool = True) -> None:
    """Create the tables and their rows. The users of the rows must exist, by name."""
    create(constraints=constraints)
    keys = {"user_id": user_keys(), "group_id": group_keys(), "permission_id": permission_keys()}
    for table in TABLES:
        for row in ROWS["tables"][table]:
            insert(table, **{c: keys[c][str(v)] if c in keys else v for c, v in row.items()})
    connection.check_constraints()  # PostgreSQL alters no table whose constraints are pending


def insert(table: str, **row: Any) -> None:
    columns = ", ".join(f'"{column}"' for column in row)
    values = ", ".join(["%s"] * len(row))
    execute(f'INSERT INTO "{table}" ({columns}) VALUES ({values})', list(row.values()))  # noqa: S608


def execute(sql: str, params: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def user_keys() -> dict[str, Any]:
    model = get_user_model()
    users = model._default_manager
    found = {key: users.get(**{model.USERNAME_FIELD: name}) for key, name in ROWS["users"].items()}
    field: Any = model._meta.pk
    return {key: field.get_db_prep_value(user.pk, connection) for key, user in found.items()}


def group_keys() -> dict[str, Any]:
    return {key: Group.objects.get(name=name).pk for key, name in ROWS["groups"].items()}


def permission_keys() -> dict[str, Any]:
    return {
        key: pk
        for key, name in ROWS["permissions"].items()
        for pk in Permission.objects.filter(
            content_type__app_label=name.partition(".")[0], codename=name.partition(".")[2]
        ).values_list("pk", flat=True)
    }
