"""The rule of `precedence` as one SQL statement, which the planner can serve from indexes.

PostgreSQL joins what users and groups say, SQLite looks users up in sets: each is quick where the
other is slow. `tests/notifications/audience/test_rule.py` holds both to the rule.
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
from notifications.audience.names import names_on
from notifications.audience.parts import Parts, Within
from notifications.database.routing import for_read
from notifications.models import Backend, Notification
from notifications.precedence import Source


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT without an order, to be run, to be counted, or to be part of another statement."""

    sql: str
    params: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Users whose primary key is above `after` and at most `through`; None: no such bound."""

    after: Any = None
    through: Any = None


Keys = KeyRange | Sequence[Any]


def statement(
    *,
    notification: Any,
    backend: Any,
    keys: Keys | None = None,
    explained: bool = False,
    using: str | None = None,
) -> Statement:
    """Return the statement that selects, as `user_id`, all to whom the backend delivers.

    `notification` and `backend` are rows or their primary keys, which raise TypeError if they are
    none; `keys` narrows the statement to some users.
    The statement itself reads the cell and the notification's permissions, so that it never
    answers from yesterday's configuration. Permissions are those of the permission tables; what
    another authentication backend grants by itself is not in them. Users are all rows of the user
    model, whatever its manager leaves out.

    `using` is the alias that it will run on, that of `databases.for_read` unless given.

    `explained` adds the `source` of each decision and, where that is GROUP, `groups`: the names of
    those that said yes, as a JSON array.
    """
    using = using or for_read()
    postgresql = connections[using].vendor == "postgresql"
    parts = Parts(names_on(using), _within(keys, postgresql=postgresql))
    write = _explained if explained else _joined if postgresql else _looked_up
    values = {
        "notification": key_of(notification, Notification),
        "backend": key_of(backend, Backend),
        **_bounds(keys, using),
    }
    return _numbered(write(parts, postgresql=postgresql), values)


def _joined(parts: Parts, *, postgresql: bool) -> str:
    one_yes = "bool_or(o.notify)" if postgresql else "MAX(o.notify)"
    return (
        f"SELECT u.{parts.names.key} AS user_id FROM {parts.names.user} u"
        f"{parts.own()}{parts.of_groups(one_yes)} WHERE {parts.permitted()}"
        f" AND ({parts.cell('required')}"
        f" OR COALESCE(p.notify, g.notify, {parts.cell(DEFAULT)}))"
    )


DEFAULT = '"default"'


def _looked_up(parts: Parts, *, postgresql: bool) -> str:  # noqa: ARG001
    """Everybody but those who do not want it, or nobody but those who do. Read from the left."""
    key = f"u.{parts.names.key}"
    own_yes, own_no = parts.who_said("p.notify"), parts.who_said("NOT p.notify")
    one_yes, a_no = parts.whose_group_said("o.notify"), parts.whose_group_said("NOT o.notify")
    return (
        f"SELECT {key} AS user_id FROM {parts.names.user} u WHERE {parts.permitted()}"
        f" AND CASE WHEN {parts.cell('required')} THEN 1"
        f" WHEN {parts.cell(DEFAULT)}"
        f" THEN {key} NOT IN ({a_no} EXCEPT {one_yes} EXCEPT {own_yes} UNION {own_no})"
        f" ELSE {key} IN ({one_yes} EXCEPT {own_no} UNION {own_yes}) END"
    )


def _explained(parts: Parts, *, postgresql: bool) -> str:
    as_json = "json_agg(y.name)::text" if postgresql else "json_group_array(y.name)"
    one_yes = "bool_or(o.notify)" if postgresql else "MAX(o.notify)"
    required, default = parts.cell("required"), parts.cell(DEFAULT)
    source = (
        f"CASE WHEN {required} THEN '{Source.REQUIRED}'"
        f" WHEN p.notify IS NOT NULL THEN '{Source.USER}'"
        f" WHEN g.notify IS NOT NULL THEN '{Source.GROUP}' ELSE '{Source.DEFAULT}' END"
    )
    return (
        f"SELECT u.{parts.names.key} AS user_id, {source} AS source,"
        f" CASE {source} WHEN '{Source.GROUP}' THEN {parts.groups_that_said_yes(as_json)} END"
        ' AS "groups"'
        f" FROM {parts.names.user} u{parts.own()}{parts.of_groups(one_yes)}"
        f" WHERE {parts.permitted()} AND ({required} OR COALESCE(p.notify, g.notify, {default}))"
    )


def _within(keys: Keys | None, *, postgresql: bool) -> Within:
    if isinstance(keys, KeyRange):
        bounds = [(" AND {0} > %(after)s", keys.after), (" AND {0} <= %(through)s", keys.through)]
        condition = "".join(written for written, bound in bounds if bound is not None)
    elif keys is None:
        condition = ""
    elif postgresql:
        condition = " AND {0} = ANY(%(keys)s)"
    else:
        condition = " AND {0} IN (SELECT value FROM json_each(%(keys)s))"
    return condition.format


def _bounds(keys: Keys | None, using: str) -> dict[str, Any]:
    """The values of `keys`, as the driver takes them."""
    field, connection = get_user_model()._meta.pk, connections[using]

    def prepared(key: Any) -> Any:
        return None if key is None else field.get_db_prep_value(key, connection)

    if isinstance(keys, KeyRange):
        return {"after": prepared(keys.after), "through": prepared(keys.through)}
    values = [prepared(key) for key in keys or ()]
    return {"keys": values if connection.vendor == "postgresql" else json.dumps(values)}


def _numbered(template: str, values: Mapping[str, Any]) -> Statement:
    """Put values in the place of names, one for each time that a name is there."""
    names = re.findall(r"%\((\w+)\)s", template)
    sql = re.sub(r"%\(\w+\)s", "%s", template)
    return Statement(sql, tuple(values[name] for name in names))
