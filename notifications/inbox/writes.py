"""Changes of an inbox: entries are marked as read."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from notifications.database.routing import writing
from notifications.errors import NotFound
from notifications.inbox import reads
from notifications.models import SentNotification


def mark_read(*, user: Any, entries: Mapping[str, int]) -> tuple[reads.Entry, ...]:
    """Mark entries of the user as read, all or none, and return them in the given order.

    `entries` maps ids of the caller's to primary keys. Raises NotFound with the first of these ids
    that belongs to no entry of the user.
    """
    with writing():
        chosen = reads.rows(user).filter(pk__in=entries.values())
        _mark(chosen)
        found = {entry.id: entry for entry in reads.entries(user, chosen)}
        for id_, key in entries.items():
            if key not in found:
                raise NotFound(id_)
    return tuple(found[key] for key in entries.values())


def mark_all_read(*, user: Any, up_to: int | None = None) -> int:
    """Mark all entries of the user's inbox as read; return the number of those that were unread.

    Entries newer than the one with the key `up_to` stay as they are, as the user may not have seen
    them. An entry with a lower key can still appear later, when its transaction is committed; use
    `mark_read` if that matters.
    """
    rows = reads.rows(user)
    with writing():
        return _mark(rows if up_to is None else rows.filter(pk__lte=up_to))


def _mark(rows: QuerySet[SentNotification]) -> int:
    """Mark unread rows as read, and leave `updated`, the time of sending, as it is.

    Rows are locked in the order of their keys, so that two calls cannot deadlock.
    """
    unread = rows.filter(read=False).select_related(None).order_by("pk")
    locked = unread.select_for_update(of=("self",)).values("pk")
    return SentNotification.objects.filter(pk__in=locked).update(read=True)
