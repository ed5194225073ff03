"""Batches: split a whole audience, and decide by the rule who of a batch gets a delivery.

The rule is applied when a worker delivers, by one statement for a batch.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections
from django.db.models import Exists, OuterRef

from notifications import preferences
from notifications.audience import KeyRange, statement
from notifications.conf import delivery_settings
from notifications.database.clock import now
from notifications.database.routing import for_write, read_your_writes
from notifications.delivery.enqueue import Job, enqueue
from notifications.delivery.retry import after_withholding
from notifications.models import Backend, Batch, Notification, Send, SentNotification, State

SPLIT = 50
"""Batches that one transaction splits off."""


def split(batch: Batch) -> None:
    """Split a batch of a whole audience into batches of BATCH users, in the caller's transaction.

    A call creates at most `SPLIT` of them. Call it again until the batch itself is deleted.
    """
    due = now() + timedelta(seconds=delivery_settings().lease)
    parts = []
    for _ in range(SPLIT):
        high = _next_bound(batch.low)
        parts.append(
            Batch(send=batch.send, backend=batch.backend, low=batch.low, high=high, due=due)
        )
        batch.low = high
        if not high:
            batch.delete(using=for_write())
            break
    else:
        batch.save(using=for_write(), update_fields=["low"])
    for created in Batch.objects.using(for_write()).bulk_create(parts):
        enqueue(Job.DELIVER, created.pk, backend=batch.backend)


def _next_bound(low: str) -> str:
    """Return the key of the last user of a batch after `low`; empty for the last batch."""
    users = (
        get_user_model()
        ._base_manager.using(for_write())
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    size = delivery_settings().batch
    after: Any = users.filter(pk__gt=low) if low else users
    return next((str(key) for key in after[size - 1 : size]), "")


def finish(send: Send) -> None:
    """Set `finished` if the send has no open batch. Call it after the commit of each batch."""
    sends = Send.objects.using(for_write()).filter(pk=send.pk, finished__isnull=True)
    open_batches = Batch.objects.filter(send=OuterRef("pk"), due__isnull=False)
    sends.filter(~Exists(open_batches)).update(finished=now())


def create_deliveries(batch: Batch, *, due: datetime | None) -> int:
    """Create a delivery for each of the batch's users in the audience; return how many are new.

    `due` is the time from which another worker may send them; None records them as sent, if no
    backend has to be called. Existing rows stay as they are.
    """
    audience = statement(
        notification=batch.send.notification,
        backend=batch.backend,
        keys=_keys(batch),
        explained=True,
        using=for_write(),
    )
    values = _values(batch, due)
    connection = connections[for_write()]
    fields: list[Any] = [SentNotification._meta.get_field(name) for name in values]
    columns = ", ".join(field.column for field in fields)
    constants = ", ".join(_typed("%s", field, connection) for field in fields)
    groups_field: Any = SentNotification._meta.get_field("groups")
    groups = _typed("COALESCE(groups, '[]')", groups_field, connection)
    params = [
        field.get_db_prep_value(value, connection)
        for field, value in zip(fields, values.values(), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{SentNotification._meta.db_table}"'  # noqa: S608 - names of this app
            f" (user_id, source, groups, {columns})"
            f" SELECT user_id, source, {groups}, {constants} FROM ({audience.sql}) AS audience"
            # In the order of the index, so that two writers wait for each other without deadlock.
            " WHERE TRUE ORDER BY user_id ON CONFLICT (send_id, backend_id, user_id) DO NOTHING",
            [*params, *audience.params],
        )
        return int(cursor.rowcount)


def _values(batch: Batch, due: datetime | None) -> dict[str, Any]:
    """Return the values, by field, that all new deliveries of a batch have."""
    moment = now()
    return {
        "send": batch.send_id,
        "notification": batch.send.notification_id,
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


def _typed(value: str, field: Any, connection: Any) -> str:
    """Return the expression with the column's type, which PostgreSQL needs, even for NULL."""
    kind = field.cast_db_type(connection)
    return f"CAST({value} AS {kind})" if connection.vendor == "postgresql" else value


def _keys(batch: Batch) -> KeyRange | list[Any]:
    to_key = get_user_model()._meta.pk.to_python
    if batch.keys is not None:
        return [to_key(key) for key in batch.keys]
    low, high = (to_key(bound) if bound else None for bound in (batch.low, batch.high))
    return KeyRange(low, high)


def create_withheld(batch: Batch) -> int:
    """Record a withheld delivery for each named user without one, with the source.

    Returns their number.
    """
    send, backend = batch.send, batch.backend
    named = get_user_model()._base_manager.using(for_write()).filter(pk__in=batch.keys or [])
    delivered = SentNotification.objects.using(for_write()).filter(send=send, backend=backend)
    users = list(named.exclude(pk__in=delivered.values("user")).order_by("pk"))
    sources = _sources(users, send.notification, backend)
    SentNotification.objects.using(for_write()).bulk_create(
        (
            SentNotification(
                send=send,
                notification=send.notification,
                backend=backend,
                user=user,
                state=State.WITHHELD,
                source=sources[user.pk],
            )
            for user in users
        ),
        ignore_conflicts=True,
    )
    return len(users)


def decide_again(rows: Sequence[SentNotification], lease_end: datetime) -> int:
    """Decide again about leased deliveries of one send by one backend, and record the reasons.

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
            to_key(key): (source, json.loads(names or "[]"))
            for key, source, names in cursor.fetchall()
        }
    removed = [row.user for row in rows if row.user_id not in found]
    sources = _sources(removed, send.notification, backend)
    for row in rows:
        leased = SentNotification.objects.using(for_write()).filter(pk=row.pk, due=lease_end)
        if row.user_id in sources:
            leased.update(**after_withholding(sources[row.user_id]))
        elif found[row.user_id] != (row.source, row.groups):
            source, groups = found[row.user_id]
            leased.update(source=source, groups=groups)
    return len(removed)


def _sources(users: Sequence[Any], notification: Notification, backend: Backend) -> dict[Any, str]:
    """Return the layer that turns the cell off, by the users' keys; empty if there is no cell."""
    if not users:
        return {}
    with read_your_writes():
        decisions = preferences.decisions_about(users=users, notification=notification.pk)
    return {
        user: next(
            (decision.source for entry, decision in cells.items() if entry.id == backend.pk), ""
        )
        for user, cells in decisions.items()
    }
