"""Recorded deliveries, written without delivering."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import connection
from django.utils.timezone import now

from notifications.models import Backend, Notification, Send, SentNotification, State

_keys = count()


def sent(
    user: Any,
    notification: str = "alarm",
    backend: str = "inbox",
    *,
    state: State = State.SENT,
    source: str = "GROUP",
    groups: tuple[str, ...] = ("reviewers",),
    key: str = "",
    context: dict[str, Any] | None = None,
    **fields: Any,
) -> SentNotification:
    """Create a delivery to the user, of a send of its own."""
    about = Notification.objects.get(name=notification)
    call = Send.objects.create(
        notification=about, key=key or f"key-{next(_keys)}", context=context or {}
    )
    waits = state in {State.PENDING, State.SENDING}
    record: SentNotification = SentNotification.objects.create(
        user=user,
        notification=about,
        backend=Backend.objects.get_or_create(name=backend)[0],
        send=call,
        state=state,
        success={State.SENT: True, State.FAILED: False}.get(state),
        due=now() if waits else None,
        source=source,
        groups=list(groups),
        **fields,
    )
    return record


def many(users: Sequence[Any], number: int) -> None:
    """Create so many entries of the users' inboxes, so that the planner prefers an index."""
    first = sent(users[0])
    calls = Send.objects.bulk_create(
        Send(notification=first.notification, key=f"many-{n}") for n in range(number)
    )
    SentNotification.objects.bulk_create(
        SentNotification(
            user=users[n % len(users)],
            notification=first.notification,
            backend=first.backend,
            send=call,
            state=State.SENT,
            success=True,
            source="USER",
        )
        for n, call in enumerate(calls)
    )


def analyze() -> None:
    """Update the statistics of the planner."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
