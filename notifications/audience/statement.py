"""The rule of `precedence` as one SQL statement over all users.

Aliases: `u` is the user, `p` their own preference, `g` the value of their groups. Named
placeholders stand for values. A range or list of keys is a condition of every subquery, where an
index narrows it. `tests/notifications/audience/test_rule.py` compares the statement with `decide`.
"""
# ruff: noqa: S608 - all names are those of models, quoted

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections

from notifications.arguments import key_of
from notifications.database.routing import for_read
from notifications.models import Backend, Notification
from notifications.models.tables import Tables, tables_on
from notifications.precedence import Source


@dataclass(frozen=True, slots=True)
class Statement:
    """SELECT without an order, to be run, counted or used as a subquery."""

    sql: str
    params: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Users whose primary key is above `after` and at most `through`; None is no bound."""

    after: Any = None
    through: Any = None


Keys = KeyRange | Sequence[Any]

_DEFAULT = '"default"'  # quoted, because it is a word of SQL


def statement(
    *,
    notification: Any,
    backend: Any,
    keys: Keys | None = None,
    explained: bool = False,
    using: str | None = None,
) -> Statement:
    """Return the statement that selects, as `user_id`, the users whom the backend delivers to.

    `notification` and `backend` are rows or primary keys; anything else raises TypeError. `keys`
    limits the statement to some users. `using` is the alias of the database that runs the
    statement, by default that of `routing.for_read`.

    `explained` adds the columns `source`, the layer that decides, and `groups`: if the source is
    GROUP, a JSON array of the names of the user's groups that turn the notification on.

    The statement reads the cell and the required permissions itself, so that it never uses an
    older configuration. Permissions are those of the permission tables, without those that custom
    authentication backends grant. Users are all rows of the user model, without regard to its
    manager.
    """
    using = using or for_read()
    values = {
        "notification": key_of(notification, Notification),
        "backend": key_of(backend, Backend),
        **_key_values(keys, using),
    }
    postgresql = connections[using].vendor == "postgresql"
    rule = _Rule(tables_on(using), _key_condition(keys, postgresql=postgresql), postgresql)
    return _positional(rule.select(explained=explained), values)


@dataclass(frozen=True, slots=True)
class _Rule:
    """SQL of the rule. `condition` has a `{0}` for the column of the user's key."""

    tables: Tables
    condition: str
    postgresql: bool

    def select(self, *, explained: bool) -> str:
        explanation = self._explanation() if explained else ""
        return (
            f"SELECT u.{self.tables.key} AS user_id{explanation} FROM {self.tables.user} u"
            f"{self._user_preference()}{self._group_preference()}"
            f" WHERE {self._active()} AND EXISTS {self._cell('id')} AND {self._permitted()}"
            f" AND ({self._cell('required')}"
            f" OR COALESCE(p.notify, g.notify, {self._cell(_DEFAULT)}))"
        )

    def _explanation(self) -> str:
        source = (
            f"CASE WHEN {self._cell('required')} THEN '{Source.REQUIRED}'"
            f" WHEN p.notify IS NOT NULL THEN '{Source.USER}'"
            f" WHEN g.notify IS NOT NULL THEN '{Source.GROUP}' ELSE '{Source.DEFAULT}' END"
        )
        groups = f"CASE {source} WHEN '{Source.GROUP}' THEN {self._group_names()} END"
        return f', {source} AS source, {groups} AS "groups"'

    def _keys(self, column: str) -> str:
        return self.condition.format(column)

    def _active(self) -> str:
        active = f"u.{self.tables.active}" if self.tables.active else "TRUE"
        return f"{active}{self._keys(f'u.{self.tables.key}')}"

    def _cell(self, column: str) -> str:
        """Return a column of the cell, NULL if the backend does not offer it."""
        return (
            f"(SELECT c.{column} FROM {self.tables.cell} c JOIN {self.tables.backend} b"
            " ON b.id = c.backend_id AND b.enabled"
            " WHERE c.notification_id = %(notification)s AND c.backend_id = %(backend)s)"
        )

    def _user_preference(self) -> str:
        return (
            f" LEFT JOIN {self.tables.user_prefs} p ON p.user_id = u.{self.tables.key}"
            " AND p.notification_id = %(notification)s AND p.backend_id = %(backend)s"
            f"{self._keys('p.user_id')}"
        )

    def _group_preference(self) -> str:
        members = self.tables.members
        one_yes = "bool_or(o.notify)" if self.postgresql else "MAX(o.notify)"
        return (
            f" LEFT JOIN (SELECT m.{members.source} AS user_id, {one_yes} AS notify"
            f" FROM {self.tables.group_prefs} o"
            f" JOIN {members.table} m ON m.{members.target} = o.group_id"
            " WHERE o.notification_id = %(notification)s AND o.backend_id = %(backend)s"
            f"{self._keys(f'm.{members.source}')}"
            f" GROUP BY m.{members.source}) g ON g.user_id = u.{self.tables.key}"
        )

    def _group_names(self) -> str:
        """Return a JSON array of the names of the user's groups with a preference of yes."""
        members = self.tables.members
        array = "json_agg(y.name)::text" if self.postgresql else "json_group_array(y.name)"
        return (
            f"(SELECT {array} FROM (SELECT y.name FROM {members.table} m"
            f" JOIN {self.tables.group_prefs} o ON o.group_id = m.{members.target} AND o.notify"
            " AND o.notification_id = %(notification)s AND o.backend_id = %(backend)s"
            f" JOIN {self.tables.group} y ON y.id = o.group_id"
            f" WHERE m.{members.source} = u.{self.tables.key} ORDER BY y.name) y)"
        )

    def _permitted(self) -> str:
        """Return the condition that the user holds all permissions of the notification."""
        return (
            f"(NOT EXISTS {self._required('1')} OR u.is_superuser"
            f" OR u.{self.tables.key} IN {self._holders_by_one_group()}"
            f" OR u.{self.tables.key} IN {self._holders()})"
        )

    def _required(self, column: str) -> str:
        required = self.tables.required_permissions
        return (
            f"(SELECT {column} FROM {required.table} r"
            f" WHERE r.{required.source} = %(notification)s)"
        )

    def _holders_by_one_group(self) -> str:
        """Select the members of groups that grant all permissions: most of those who hold them."""
        group, members = self.tables.group_permissions, self.tables.members
        return (
            f"(SELECT m.{members.source} FROM {members.table} m WHERE m.{members.target} IN"
            f" (SELECT a.{group.source} FROM {group.table} a"
            f" WHERE a.{group.target} IN {self._required(f'r.{self._permission}')}"
            f" GROUP BY a.{group.source} HAVING COUNT(*) = {self._required('COUNT(*)')})"
            f"{self._keys(f'm.{members.source}')})"
        )

    def _holders(self) -> str:
        """Select the users who hold all permissions by themselves and by several groups."""
        user, group, members = (
            self.tables.user_permissions,
            self.tables.group_permissions,
            self.tables.members,
        )
        required, count = self._required(f"r.{self._permission}"), self._required("COUNT(*)")
        granted = self.tables.granted_permissions(
            direct=f"d.{user.target} IN {required}{self._keys(f'd.{user.source}')}",
            # A single permission is granted by one group, or by none.
            by_group=f"1 < {count} AND a.{group.target} IN {required}"
            f"{self._keys(f'm.{members.source}')}",
        )
        return f"(SELECT h.user_id FROM ({granted}) h GROUP BY h.user_id HAVING COUNT(*) = {count})"

    @property
    def _permission(self) -> str:
        return self.tables.required_permissions.target


def _key_condition(keys: Keys | None, *, postgresql: bool) -> str:
    """Return the condition for a column `{0}`, which begins with AND; empty for all keys."""
    if isinstance(keys, KeyRange):
        bounds = [(" AND {0} > %(after)s", keys.after), (" AND {0} <= %(through)s", keys.through)]
        return "".join(condition for condition, bound in bounds if bound is not None)
    if keys is None:
        return ""
    if postgresql:
        return " AND {0} = ANY(%(keys)s)"
    return " AND {0} IN (SELECT value FROM json_each(%(keys)s))"


def _key_values(keys: Keys | None, using: str) -> dict[str, Any]:
    """Return the values of the placeholders of `_key_condition`, prepared for the database."""
    field, connection = get_user_model()._meta.pk, connections[using]

    def prepared(key: Any) -> Any:
        return None if key is None else field.get_db_prep_value(key, connection)

    if isinstance(keys, KeyRange):
        return {"after": prepared(keys.after), "through": prepared(keys.through)}
    values = [prepared(key) for key in keys or ()]
    return {"keys": values if connection.vendor == "postgresql" else json.dumps(values)}


def _positional(template: str, values: Mapping[str, Any]) -> Statement:
    """Replace named placeholders by positional ones, with a value for each."""
    names = re.findall(r"%\((\w+)\)s", template)
    sql = re.sub(r"%\(\w+\)s", "%s", template)
    return Statement(sql, tuple(values[name] for name in names))
