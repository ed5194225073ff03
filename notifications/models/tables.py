"""Quoted names of tables and columns for SQL, and the permissions that the tables grant."""
# ruff: noqa: S608 - all names are those of models, quoted

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections

from notifications.models.catalogue import Backend, Notification, NotificationBackend
from notifications.models.prefs import GroupPrefs, UserPrefs


@dataclass(frozen=True, slots=True)
class ThroughTable:
    """Table of a many-to-many field, with its two foreign keys."""

    table: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables of models and of many-to-many fields, and columns of the user model.

    `active` is None if the user model has no field `is_active`: all of its users are active.
    """

    user: str
    key: str
    active: str | None
    group: str
    user_prefs: str
    group_prefs: str
    cell: str
    backend: str
    members: ThroughTable
    user_permissions: ThroughTable
    group_permissions: ThroughTable
    required_permissions: ThroughTable

    def granted_permissions(self, *, direct: str, by_group: str) -> str:
        """Return the SELECT of pairs (`user_id`, `permission_id`) that the tables grant.

        Both parameters are conditions: `direct` for the user's own permissions `d`, `by_group` for
        the group's permissions `a` and the members `m`.
        """
        own, group, members = self.user_permissions, self.group_permissions, self.members
        return (
            f"SELECT d.{own.source} AS user_id, d.{own.target} AS permission_id"
            f" FROM {own.table} d WHERE {direct}"
            f" UNION SELECT m.{members.source}, a.{group.target} FROM {group.table} a"
            f" JOIN {members.table} m ON m.{members.target} = a.{group.source} WHERE {by_group}"
        )


def tables_on(using: str) -> Tables:
    """Return the names, quoted for this database."""
    quote = connections[using].ops.quote_name
    user = get_user_model()._meta
    active = {field.column for field in user.concrete_fields if field.name == "is_active"}

    def table(model: Any) -> str:
        return quote(model._meta.db_table)

    def through_table(model: Any, name: str) -> ThroughTable:
        field = model._meta.get_field(name)
        through = field.remote_field.through
        source, target = field.m2m_column_name(), field.m2m_reverse_name()
        return ThroughTable(table(through), quote(source), quote(target))

    return Tables(
        user=quote(user.db_table),
        key=quote(str(user.pk.column)),
        active=next((quote(str(column)) for column in active), None),
        group=table(Group),
        user_prefs=table(UserPrefs),
        group_prefs=table(GroupPrefs),
        cell=table(NotificationBackend),
        backend=table(Backend),
        members=through_table(get_user_model(), "groups"),
        user_permissions=through_table(get_user_model(), "user_permissions"),
        group_permissions=through_table(Group, "permissions"),
        required_permissions=through_table(Notification, "permissions"),
    )
