"""What the tables and columns are called that the statement reads, quoted."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections

from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    NotificationBackend,
    UserPrefs,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A table of pairs, as a many-to-many field has it."""

    table: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Names:
    """Tables of models, links between them, and the columns that projects may call otherwise."""

    user: str
    key: str
    active: str | None
    group: str
    own: str
    by_group: str
    cell: str
    backend: str
    members: Link
    user_permissions: Link
    group_permissions: Link
    required_permissions: Link


def names_on(using: str) -> Names:
    """Return the names as they are written on this database."""
    quote = connections[using].ops.quote_name
    user = get_user_model()._meta
    # A user model need not have the field; without it everybody is active.
    active = {field.column for field in user.concrete_fields if field.name == "is_active"}

    def table(model: Any) -> str:
        return quote(model._meta.db_table)

    def link(model: Any, name: str) -> Link:
        field = model._meta.get_field(name)
        through = field.remote_field.through
        return Link(table(through), quote(field.m2m_column_name()), quote(field.m2m_reverse_name()))

    return Names(
        user=quote(user.db_table),
        key=quote(str(user.pk.column)),
        active=next((quote(str(column)) for column in active), None),
        group=table(Group),
        own=table(UserPrefs),
        by_group=table(GroupPrefs),
        cell=table(NotificationBackend),
        backend=table(Backend),
        members=link(get_user_model(), "groups"),
        user_permissions=link(get_user_model(), "user_permissions"),
        group_permissions=link(Group, "permissions"),
        required_permissions=link(Notification, "permissions"),
    )
