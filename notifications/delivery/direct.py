"""Immediate delivery by one backend to one user, for `Backend.send` of django-notifier."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from notifications import preferences
from notifications.arguments import saved, saved_user
from notifications.backends.base import RESERVED, Delivery
from notifications.conf import delivery_settings
from notifications.database.clock import now
from notifications.database.routing import for_write, read_your_writes, writing
from notifications.delivery import contexts
from notifications.delivery.backend_connections import BackendConnection, is_transactional
from notifications.delivery.metrics import Counts
from notifications.delivery.retry import after_failure, after_success, after_withholding
from notifications.delivery.worker import delivery_id
from notifications.errors import WrongRecipient, WrongSubject
from notifications.models import Backend, GroupPrefs, Notification, Send, SentNotification, State
from notifications.precedence import Decision, Source


def deliver(
    *, backend: Backend, user: Any, notification: Notification, context: Mapping[str, Any] | None
) -> bool:
    """Deliver to one user, regardless of preferences; return True on success.

    There is one attempt, which is recorded: without a source if the preferences turn the cell off.
    A disabled backend or one that the notification does not allow delivers nothing, nor does any to
    a user who is inactive or lacks a permission. Raises WrongRecipient, InvalidContext, or
    TypeError for another model; then nothing is recorded.
    """
    notification = saved(notification, Notification)
    try:
        user = saved_user(user)
    except WrongSubject:
        raise WrongRecipient(user, allowed="a saved user") from None
    encoded = contexts.encode(context, reserved=RESERVED)
    with read_your_writes() as using:
        row = _create(backend, user, notification, encoded)
        decision = _decision(backend, user, notification)
        if decision is None or decision.source is Source.PERMISSION:
            outcome = after_withholding(decision.source if decision else "")
        else:
            source = decision.source if decision.effective else None  # the caller decided
            row.source = source or ""
            row.groups = _groups(row) if source is Source.GROUP else []
            outcome = {"source": row.source, "groups": row.groups, **_attempt(row, user)}
        SentNotification.objects.using(using).filter(pk=row.pk).update(**outcome)
    with Counts(row.backend) as counts:
        counts.settled(outcome, attempts=0, called_at=row.send.created)
    return outcome["state"] is State.SENT


def _create(backend: Backend, user: Any, notification: Any, context: Any) -> SentNotification:
    """Create the send and its delivery, which is due again if this process is lost."""
    with writing() as using:
        send = Send.objects.using(using).create(
            notification_id=notification.pk,
            key=uuid4().hex,
            context=context,
            users=1,
            finished=now(),
        )
        send.created = send.finished  # by the clock of the database
        send.save(using=using, update_fields=["created"])
        rows = SentNotification.objects.using(using)
        created = rows.create(  # by keys: a router may allow no relation between two aliases
            send_id=send.pk,
            notification_id=notification.pk,
            backend_id=backend.pk,
            user_id=user.pk,
            state=State.SENDING,
            attempts=1,
            due=now() + timedelta(seconds=delivery_settings().lease),
        )
        related = rows.select_related("send", "notification", "backend")
        row: SentNotification = related.get(pk=created.pk)
    return row


def _decision(backend: Backend, user: Any, notification: Any) -> Decision | None:
    """Decide the cell of the user; None if there is no cell."""
    decisions = preferences.decisions(user=user, notification=notification.pk)
    return next((one for entry, one in decisions.items() if entry.id == backend.pk), None)


def _groups(row: SentNotification) -> list[str]:
    """Return the names of the user's groups that have the cell turned on."""
    prefs = GroupPrefs.objects.filter(
        notification=row.notification, backend=row.backend, notify=True
    )
    own = prefs.filter(group__user=row.user_id)
    return list(own.order_by("group__name").values_list("group__name", flat=True))


def _attempt(row: SentNotification, user: Any) -> dict[str, Any]:
    source = Source(row.source) if row.source else None
    known = Delivery(delivery_id(row), source, tuple(row.groups))
    context = contexts.decode(row.send.context, user=user)
    alias = for_write()
    savepoint = transaction.get_connection(alias).in_atomic_block  # an error leaves it usable
    atomic = is_transactional(row.backend) or savepoint
    inside = transaction.atomic(using=alias) if atomic else nullcontext()
    try:
        with BackendConnection(row.backend, row.notification) as connection, inside:
            connection.send(user, {**context, "delivery": known})
    except Exception as error:  # noqa: BLE001 - reported by the result
        return after_failure(error, attempts=row.attempts, permanent=True)
    return after_success()
