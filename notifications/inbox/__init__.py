"""Inbox of a user: deliveries by the in-app backend."""

from notifications.inbox.reads import Entry, entry, mark_all_read, mark_read, read, unread_count

__all__ = ["Entry", "entry", "mark_all_read", "mark_read", "read", "unread_count"]
