"""A row by the value of a unique field, by a statement that is composed once.

Each request asks for its user, and the ORM composes the same statement anew each time, which takes
longer than to run it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Manager, Model
from django.db.models.expressions import RawSQL
from django.db.models.manager import BaseManager

M = TypeVar("M", bound=Model)

_SAFE = 2**31
"""Below this, whole numbers fit into any column for them; the ORM knows about the others."""


def get(model: type[M], name: str, value: Any, *, using: str | None = None) -> M:
    """Do as `model._default_manager.get(**{name: value})` does, and raise what it raises."""
    manager: Manager[M] = model._default_manager.db_manager(using)
    statement = _statement(model, name, manager.db) if _is_usual(manager) else None
    if statement is None:
        return manager.get(**{name: value})
    connection = connections[manager.db]
    stored: Any = statement.field.get_db_prep_value(value, connection)
    if stored is None or (isinstance(stored, int) and not -_SAFE < stored < _SAFE):
        return manager.get(**{name: value})
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, [stored])
        row = cursor.fetchone()
    if row is None:
        nothing: type[Exception] = model.DoesNotExist  # type: ignore[attr-defined]
        raise nothing(f"{model._meta.object_name} matching query does not exist.")
    return model.from_db(manager.db, statement.names, statement.converted(row, connection))


@dataclass(frozen=True, slots=True)
class _Statement:
    """`names` are those of the attributes that the columns are for.

    `converters` are those of the first connection: what they do depends on the settings alone.
    """

    field: Any
    sql: str
    names: Sequence[str]
    converters: Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]

    def converted(self, row: Sequence[Any], connection: Any) -> Sequence[Any]:
        values = list(row)
        for place, (converters, column) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return values


def _is_usual(manager: Manager[Any]) -> bool:
    """Whether there is nothing but what was asked for in what the manager asks."""
    return type(manager).get_queryset is BaseManager.get_queryset


@lru_cache(maxsize=64)
def _statement(model: type[Model], name: str, using: str) -> _Statement | None:
    field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not field.unique or not field.column:
        return None
    place = RawSQL("%s", ["the value"])
    rows = model._default_manager.using(using).filter(**{name: place})
    compiler = rows.query.get_compiler(using)
    sql, _ = compiler.as_sql()
    columns = [column for column, *_ in compiler.select]
    names = [column.target.attname for column in columns]
    return _Statement(field, sql, names, compiler.get_converters(columns))
