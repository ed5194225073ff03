"""Inbox of a user: the deliveries by the in-app backend."""

from notifications.inbox.reads import Entry, entry, read, unread_count
from notifications.inbox.writes import mark_all_read, mark_read

__all__ = ["Entry", "entry", "mark_all_read", "mark_read", "read", "unread_count"]
