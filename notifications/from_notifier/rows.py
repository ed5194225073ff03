"""Preferences and deliveries: a few statements for each batch of rows."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from notifications.backends import InboxBackend
from notifications.from_notifier import tables
from notifications.from_notifier.report import Report
from notifications.from_notifier.statements import Source
from notifications.models import (
    IMPORTED_KEY_PREFIX,
    GroupPrefs,
    Send,
    SentNotification,
    State,
    UserPrefs,
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
