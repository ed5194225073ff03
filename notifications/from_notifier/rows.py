"""Preferences and deliveries: a few statements for each batch of rows.

They run on SQLite and PostgreSQL. Names of tables and columns come from models and constants.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections, models

from notifications.backends import InboxBackend
from notifications.from_notifier import tables
from notifications.from_notifier.report import Report
from notifications.models import (
    IMPORTED_KEY_PREFIX,
    Backend,
    GroupPrefs,
    ImportedRow,
    Notification,
    NotificationBackend,
    Send,
    SentNotification,
    State,
    UserPrefs,
)

SIZE = 20_000
"""Rows of a batch: its statements end before the usual timeouts."""

Problem = tuple[str, str]
"""A condition under which a row cannot be imported, and the reason as a sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """The unprocessed rows `o` of one table about a user or group, a notification and a backend.

    In its statements, `n` is the notification here, `b` the backend, `s` the user or group and `c`
    the cell of the two. `problems` are conditions besides those of missing rows. Keys are above
    `low` and, unless that is None, up to `high`.
    """

    table: str
    subject: str
    model: Any
    problems: tuple[Problem, ...]
    using: str
    low: int = 0
    high: int | None = None

    def batches(self) -> Iterator["Source"]:
        """Yield this source in batches of at most `SIZE` rows, in the order of their keys."""
        low = self.low
        while high := self._last_of(low):
            yield replace(self, low=low, high=high)
            low = high

    def _last_of(self, low: int) -> int | None:
        with self._connection.cursor() as cursor:
            cursor.execute(
                f'SELECT MAX(id) FROM (SELECT id FROM "{self.table}"'  # noqa: S608
                " WHERE id > %s ORDER BY id LIMIT %s) AS batch",
                [low, SIZE],
            )
            last: int | None = cursor.fetchone()[0]
            return last

    @property
    def subject_key(self) -> str:
        return f's."{self.model._meta.pk.column}"'

    def left(self) -> list[tuple[Any, ...]]:
        """Return (key, user or group, notification, backend, reason) of rows that stay there."""
        problems = self._problems()
        cases = " ".join(f"WHEN {condition} THEN %s" for condition, _ in problems)
        impossible = " OR ".join(condition for condition, _ in problems)
        sql = (
            f'SELECT o.id, o."{self.subject}_id", tn.name, tb.name, CASE {cases} END'
            f"{self._from()} AND ({impossible}) ORDER BY o.id"
        )
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [reason for _, reason in problems])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def insert(self, model: Any, values: Mapping[str, str], *, join: str = "") -> int:
        """Insert a row for each row that can be imported; return the number of new rows.

        `values` maps names of fields to SQL. Fields without a value get their default.
        """
        columns, expressions, params = [], [], []
        for field in model._meta.concrete_fields:
            if field.primary_key or field.db_default is not models.NOT_PROVIDED:
                continue
            columns.append(f'"{field.column}"')
            if field.name in values:
                expressions.append(values[field.name])
            else:
                expressions.append(self._placeholder(field))
                params.append(field.get_db_prep_save(field.get_default(), self._connection))
        return self._execute(
            f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns)})'
            f" SELECT {', '.join(expressions)}{self._from(join)} AND {self._possible()}"
            " ON CONFLICT DO NOTHING",
            params,
        )

    def mark(self) -> int:
        """Record the rows that can be imported as processed; return their number."""
        marked = self._execute(
            f'INSERT INTO "{ImportedRow._meta.db_table}" ("table", key)'
            f" SELECT '{self.table}', o.id{self._from()} AND {self._possible()}"
        )
        if self._connection.vendor == "postgresql":
            # else COMMIT checks the foreign keys of all batches in one statement
            self._connection.check_constraints()
        return marked

    @property
    def _connection(self) -> Any:
        return connections[self.using]

    def _execute(self, sql: str, params: Any = None) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, params)
            count: int = cursor.rowcount
            return count

    def _placeholder(self, field: Any) -> str:
        """Return a placeholder with the type that PostgreSQL cannot infer in a SELECT."""
        if self._connection.vendor == "postgresql":
            return f"CAST(%s AS {field.db_type(self._connection)})"
        return "%s"

    def _problems(self) -> tuple[Problem, ...]:
        return (
            ("n.id IS NULL", "its notification does not exist here."),
            ("b.id IS NULL", "its backend does not exist here."),
            (f"{self.subject_key} IS NULL", f"its {self.subject} does not exist."),
            *self.problems,
        )

    def _possible(self) -> str:
        return " AND ".join(f"NOT ({condition})" for condition, _ in self._problems())

    def _from(self, join: str = "") -> str:
        ours, theirs = self.subject_key, f'o."{self.subject}_id"'
        if not isinstance(self.model._meta.pk, models.IntegerField):
            ours, theirs = f"CAST({ours} AS text)", f"CAST({theirs} AS text)"
        return (
            f' FROM "{self.table}" AS o'
            f' LEFT JOIN "{tables.NOTIFICATIONS}" AS tn ON tn.id = o.notification_id'
            f' LEFT JOIN "{Notification._meta.db_table}" AS n ON n.name = tn.name'
            f' LEFT JOIN "{tables.BACKENDS}" AS tb ON tb.id = o.backend_id'
            f' LEFT JOIN "{Backend._meta.db_table}" AS b ON b.name = tb.name'
            f' LEFT JOIN "{self.model._meta.db_table}" AS s ON {ours} = {theirs}'
            f' LEFT JOIN "{NotificationBackend._meta.db_table}" AS c'
            f" ON c.notification_id = n.id AND c.backend_id = b.id{join}"
            f" WHERE {tables.unprocessed(self.table)} AND o.id > {self.low}"
            + ("" if self.high is None else f" AND o.id <= {self.high}")
        )


NO_CELL = ("c.id IS NULL", "its notification does not allow its backend.")
NO_CONTENT = (
    f"b.name = '{InboxBackend.name}'",
    "django-notifier does not store the content that an entry of the inbox needs.",
)
TIMES = {"created": "o.created", "updated": "o.updated"}
KEY = f"'{IMPORTED_KEY_PREFIX}' || o.id"
"""Each delivery becomes a send of its own: django-notifier does not record its calls."""


def import_preferences(report: Report, *, using: str) -> None:
    """Create the missing preferences of groups and users; existing ones stay as they are."""
    subjects: tuple[tuple[str, str, Any, Any], ...] = (
        ("group", tables.GROUP_PREFS, Group, GroupPrefs),
        ("user", tables.USER_PREFS, get_user_model(), UserPrefs),
    )
    for name, table, model, prefs in subjects:
        source = Source(table, name, model, problems=(NO_CELL,), using=using)
        values = {name: source.subject_key, "notification": "n.id", "backend": "b.id"}
        for batch in source.batches():
            _leave(batch, f"{name} preferences", report)
            created = batch.insert(prefs, {**values, "notify": "o.notify", **TIMES})
            _count(batch, f"{name} preferences", created, report)


def import_deliveries(report: Report, *, using: str) -> None:
    """Create a send and a delivery for each row about a sent message."""
    source = Source(tables.SENT, "user", get_user_model(), problems=(NO_CONTENT,), using=using)
    send = {"notification": "n.id", "key": KEY, "users": "1", "finished": "o.created", **TIMES}
    has_read = tables.has_column(tables.SENT, "read", using=using)
    delivery = {
        "user": source.subject_key,
        "notification": "n.id",
        "backend": "b.id",
        "send": "d.id",
        "success": "o.success",
        "state": f"CASE WHEN o.success THEN '{State.SENT}' ELSE '{State.FAILED}' END",
        "read": "o.read" if has_read else "FALSE",
        "attempts": "1",
        **TIMES,
    }
    join = f' JOIN "{Send._meta.db_table}" AS d ON d.notification_id = n.id AND d.key = {KEY}'
    for batch in source.batches():
        _leave(batch, "deliveries", report)
        batch.insert(Send, send)
        created = batch.insert(SentNotification, delivery, join=join)
        _count(batch, "deliveries", created, report)


def _leave(source: Source, kind: str, report: Report) -> None:
    for key, subject, notification, backend, reason in source.left():
        about = f" ({source.subject} {subject}, {notification!r} by {backend!r})"
        report.leave(kind, key, reason, about=about)


def _count(source: Source, kind: str, created: int, report: Report) -> None:
    report.of(kind).imported += created
    report.of(kind).kept += source.mark() - created
