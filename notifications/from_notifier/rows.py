"""Import of preferences and deliveries, by a few statements for each batch of rows.

The SQL runs on SQLite and PostgreSQL. Names of tables and columns come from models and constants.
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
"""Number of rows of a batch, chosen so that its statements end before usual timeouts."""

Problem = tuple[str, str]
"""An SQL condition under which a row cannot be imported, and the reason."""


@dataclass(frozen=True, slots=True)
class Source:
    """Unprocessed rows of one table of django-notifier.

    Aliases in its SQL: `o` is the row of django-notifier; of this app, `n` is the notification, `b`
    the backend, `s` the user or group and `c` the cell. `problems` are checked besides missing
    rows. Keys are greater than `low` and at most `high`, unless that is None.
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

    def skipped(self) -> list[tuple[Any, ...]]:
        """Return (key, user or group, notification, backend, reason) of rows with a problem."""
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
        """Insert a row of the model for each row without a problem; return the number of new rows.

        `values` maps names of fields to SQL. Other fields get their default.
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
        """Record the rows without a problem as processed; return their number."""
        marked = self._execute(
            f'INSERT INTO "{ImportedRow._meta.db_table}" ("table", key)'
            f" SELECT '{self.table}', o.id{self._from()} AND {self._possible()}"
        )
        if self._connection.vendor == "postgresql":
            # otherwise COMMIT checks the foreign keys of all batches in one statement
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
        """Return a placeholder with its type, which PostgreSQL cannot infer in a SELECT."""
        if self._connection.vendor == "postgresql":
            return f"CAST(%s AS {field.db_type(self._connection)})"
        return "%s"

    def _problems(self) -> tuple[Problem, ...]:
        return (
            ("n.id IS NULL", "its notification does not exist in this app."),
            ("b.id IS NULL", "its backend does not exist in this app."),
            (f"{self.subject_key} IS NULL", f"its {self.subject} does not exist."),
            *self.problems,
        )

    def _possible(self) -> str:
        return " AND ".join(f"NOT ({condition})" for condition, _ in self._problems())

    def _from(self, join: str = "") -> str:
        subject, reference = self.subject_key, f'o."{self.subject}_id"'
        if not isinstance(self.model._meta.pk, models.IntegerField):
            subject, reference = f"CAST({subject} AS text)", f"CAST({reference} AS text)"
        return (
            f' FROM "{self.table}" AS o'
            f' LEFT JOIN "{tables.NOTIFICATIONS}" AS tn ON tn.id = o.notification_id'
            f' LEFT JOIN "{Notification._meta.db_table}" AS n ON n.name = tn.name'
            f' LEFT JOIN "{tables.BACKENDS}" AS tb ON tb.id = o.backend_id'
            f' LEFT JOIN "{Backend._meta.db_table}" AS b ON b.name = tb.name'
            f' LEFT JOIN "{self.model._meta.db_table}" AS s ON {subject} = {reference}'
            f' LEFT JOIN "{NotificationBackend._meta.db_table}" AS c'
            f" ON c.notification_id = n.id AND c.backend_id = b.id{join}"
            f" WHERE {tables.unprocessed(self.table)} AND o.id > {self.low}"
            + ("" if self.high is None else f" AND o.id <= {self.high}")
        )


NO_CELL = ("c.id IS NULL", "its notification does not allow its backend.")
NO_CONTENT = (
    f"b.name = '{InboxBackend.name}'",
    "django-notifier does not store the content of inbox entries.",
)
TIMES = {"created": "o.created", "updated": "o.updated"}
KEY = f"'{IMPORTED_KEY_PREFIX}' || o.id"
"""SQL of the key of a send. Each delivery becomes a send: django-notifier does not store calls."""


def import_preferences(report: Report, *, using: str) -> None:
    """Create the missing preferences of groups and users."""
    subjects: tuple[tuple[str, str, Any, Any], ...] = (
        ("group", tables.GROUP_PREFS, Group, GroupPrefs),
        ("user", tables.USER_PREFS, get_user_model(), UserPrefs),
    )
    for name, table, model, prefs in subjects:
        source = Source(table, name, model, problems=(NO_CELL,), using=using)
        values = {name: source.subject_key, "notification": "n.id", "backend": "b.id"}
        for batch in source.batches():
            _skip(batch, f"{name} preferences", report)
            created = batch.insert(prefs, {**values, "notify": "o.notify", **TIMES})
            _count(batch, f"{name} preferences", created, report)


def import_deliveries(report: Report, *, using: str) -> None:
    """Create a send and a delivery for each sent notification."""
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
        _skip(batch, "deliveries", report)
        batch.insert(Send, send)
        created = batch.insert(SentNotification, delivery, join=join)
        _count(batch, "deliveries", created, report)


def _skip(source: Source, kind: str, report: Report) -> None:
    for key, subject, notification, backend, reason in source.skipped():
        about = f" ({source.subject} {subject}, {notification!r} by {backend!r})"
        report.skip(kind, key, reason, about=about)


def _count(source: Source, kind: str, created: int, report: Report) -> None:
    report.of(kind).imported += created
    report.of(kind).kept += source.mark() - created
