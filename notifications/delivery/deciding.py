"""Who gets it, by the rule and nothing else, at the moment of delivery: one statement a batch."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections

from notifications import preferences
from notifications.audience import KeyRange, statement
from notifications.database.routing import for_write, read_your_writes
from notifications.delivery.clock import now
from notifications.delivery.retry import after_withholding
from notifications.models import Backend, Batch, Notification, SentNotification, State


def record(batch: Batch, *, due: datetime | None) -> int:
    """Write a delivery for each of the batch's users who is to get it; return how many are new.

    To be sent, and due then; or sent already, if that is None. What is there stays as it is.
    """
    send, moment = batch.send, now()
    values = {
        "send": send.pk,
        "notification": send.notification_id,
        "backend": batch.backend_id,
        "success": None if due else True,
        "read": False,
        "state": State.PENDING.value if due else State.SENT.value,
        "attempts": 0 if due else 1,
        "due": due,
        "error": "",
        "message": "",
        "created": moment,
        "updated": moment,
    }
    connection = connections[for_write()]
    fields: list[Any] = [SentNotification._meta.get_field(name) for name in values]
    columns = ", ".join(field.column for field in fields)
    constants = ", ".join(_typed("%s", field, connection) for field in fields)
    listed: Any = SentNotification._meta.get_field("groups")
    groups = _typed("COALESCE(groups, '[]')", listed, connection)
    audience = statement(
        notification=send.notification,
        backend=batch.backend,
        keys=_keys(batch),
        explained=True,
        using=for_write(),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{SentNotification._meta.db_table}"'  # noqa: S608 - our own names
            f" (user_id, source, groups, {columns})"
            f" SELECT user_id, source, {groups}, {constants} FROM ({audience.sql}) AS audience"
            # Rows are made in the order of the index, so that two writers queue.
            " WHERE TRUE ORDER BY user_id ON CONFLICT (send_id, backend_id, user_id) DO NOTHING",
            [
                *(
                    field.get_db_prep_value(value, connection)
                    for field, value in zip(fields, values.values(), strict=True)
                ),
                *audience.params,
            ],
        )
        return int(cursor.rowcount)


def _typed(value: str, field: Any, connection: Any) -> str:
    """SQLite goes by the column. PostgreSQL wants to know before, even what is NULL."""
    kind = field.cast_db_type(connection)
    return f"CAST({value} AS {kind})" if connection.vendor == "postgresql" else value


def _keys(batch: Batch) -> KeyRange | list[Any]:
    to_key = get_user_model()._meta.pk.to_python
    if batch.keys is not None:
        return [to_key(key) for key in batch.keys]
    low, high = (to_key(bound) if bound else None for bound in (batch.low, batch.high))
    return KeyRange(low, high)


def withhold(batch: Batch) -> int:
    """Record the users whom the batch names and who do not get it, with the reason.

    Returns their number.
    """
    send, backend = batch.send, batch.backend
    named = get_user_model()._base_manager.using(for_write()).filter(pk__in=batch.keys or [])
    delivered = SentNotification.objects.using(for_write()).filter(send=send, backend=backend)
    users = list(named.exclude(pk__in=delivered.values("user")).order_by("pk"))
    reasons = _reasons(users, send.notification, backend)
    SentNotification.objects.using(for_write()).bulk_create(
        (
            SentNotification(
                send=send,
                notification=send.notification,
                backend=backend,
                user=user,
                state=State.WITHHELD,
                source=reasons[user.pk],
            )
            for user in users
        ),
        ignore_conflicts=True,
    )
    return len(users)


def review(rows: Sequence[SentNotification], token: datetime) -> int:
    """Decide again about deliveries of one send by one backend, and record the reasons of now.

    Returns the number of those that are withheld.
    """
    send, backend = rows[0].send, rows[0].backend
    audience = statement(
        notification=send.notification,
        backend=backend,
        keys=[row.user_id for row in rows],
        explained=True,
        using=for_write(),
    )
    to_key = get_user_model()._meta.pk.to_python
    with connections[for_write()].cursor() as cursor:
        cursor.execute(audience.sql, audience.params)
        found = {
            to_key(key): (why, json.loads(names or "[]")) for key, why, names in cursor.fetchall()
        }
    gone = [row.user for row in rows if row.user_id not in found]
    reasons = _reasons(gone, send.notification, backend)
    for row in rows:
        mine = SentNotification.objects.using(for_write()).filter(pk=row.pk, due=token)
        if row.user_id in reasons:
            mine.update(**after_withholding(reasons[row.user_id]))
        elif found[row.user_id] != (row.source, row.groups):
            source, groups = found[row.user_id]
            mine.update(source=source, groups=groups)
    return len(gone)


def _reasons(users: Sequence[Any], notification: Notification, backend: Backend) -> dict[Any, str]:
    """By the users' keys, the layer that says no; empty where there is no such cell any more."""
    if not users:
        return {}
    with read_your_writes():
        decisions = preferences.decisions_about(users=users, notification=notification.pk)
    return {
        user: next((said.source for entry, said in cells.items() if entry.id == backend.pk), "")
        for user, cells in decisions.items()
    }
