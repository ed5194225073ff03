"""Cost of each field and assumed size of each list, from which `cost` estimates a request.

The unit is a thousandth of the ordinary matrix query on PostgreSQL: one matrix of 100 notifications
and four backends, without ids, with warm caches. tests/schema/limits/test_expensive_requests.py
compares the costs to measured times.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_COST = 1
"""Cost of a field that `COSTS` does not list, for each object."""

FIRST, PAGE_SIZE = "first", 20
"""Argument with the size of a page, and the size without it."""

ROWS, CELLS = "rows", "cells"
"""Sizes of the catalogue that a list can have: notifications, and backends of each."""


@dataclass(frozen=True, slots=True)
class FieldCost:
    """Cost of a field: `once` for each object, and `entries` for each entry of an argument.

    The size of a list argument is its number of entries, and that of `first` is its value.
    """

    once: int
    entries: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListSize:
    """Assumed size of a list.

    `arguments` are names of arguments, of the nearest ancestor that takes arguments: the size is
    the sum of those that are present, and `default` if none is. `entry` is the cost of each entry
    besides its fields. `matrices` is True for lists that MAX_MATRICES limits as well.
    """

    default: int
    arguments: tuple[str, ...] = ()
    entry: int = 0
    matrices: bool = False


COSTS: Mapping[str, FieldCost] = {
    "Query.node": FieldCost(1_100),
    "Query.viewer": FieldCost(20),
    "Query.preferences": FieldCost(150),
    "Query.groupPreferences": FieldCost(200),
    "Query.notifications": FieldCost(1_800),
    "Query.notification": FieldCost(1_150),
    "Query.backends": FieldCost(390),
    "Query.inbox": FieldCost(2_200, {FIRST: 50}),
    "Query.deliveries": FieldCost(2_500, {FIRST: 110}),
    "User.groups": FieldCost(480),
    "PreferenceMatrix.notification": FieldCost(150),
    "PreferenceMatrix.withheld": FieldCost(50),
    "InboxEntry.title": FieldCost(54),
    "InboxEntry.text": FieldCost(54),
    "InboxEntry.reason": FieldCost(5),
    "InboxConnection.unreadCount": FieldCost(300),
    "InboxSummary.unreadCount": FieldCost(300),
    "Delivery.recipient": FieldCost(10),
    "MarkReadSuccess.unreadCount": FieldCost(300),
    "MarkAllReadSuccess.unreadCount": FieldCost(300),
    "Mutation.updatePreferences": FieldCost(700, {"preferences": 40}),
    "Mutation.clearPreferences": FieldCost(800, {"users": 45, "notifications": 5, "backends": 5}),
    "Mutation.updateGroupPreferences": FieldCost(2_800, {"preferences": 48, "matricesOf": 60}),
    "Mutation.clearGroupPreferences": FieldCost(
        2_400, {"notifications": 5, "backends": 5, "matricesOf": 60}
    ),
    "Mutation.markRead": FieldCost(900, {"ids": 130}),
    "Mutation.markAllRead": FieldCost(1_250),
}
"""Costs by type and field."""


def _matrices(argument: str) -> ListSize:
    return ListSize(1, (argument,), entry=60, matrices=True)


_CELLS = ListSize(4, (CELLS,))
_ROWS = ListSize(100, (ROWS,))

LIST_SIZES: Mapping[str, ListSize] = {
    "Delivery.groupNames": ListSize(3),
    "DeliveryConnection.edges": ListSize(PAGE_SIZE, (FIRST,), entry=10),
    "DeliveryConnection.nodes": ListSize(PAGE_SIZE, (FIRST,), entry=10),
    "ClearGroupPreferencesSuccess.matrices": _matrices("matricesOf"),
    "ClearPreferencesSuccess.matrices": _matrices("users"),
    "Forbidden.permissions": ListSize(2),
    "GroupNotificationPreferences.cells": _CELLS,
    "GroupPreferenceMatrix.backends": _CELLS,
    "GroupPreferenceMatrix.notifications": ListSize(100, (ROWS,), entry=28),
    "InboxConnection.edges": ListSize(PAGE_SIZE, (FIRST,), entry=5),
    "InboxConnection.nodes": ListSize(PAGE_SIZE, (FIRST,), entry=5),
    "InboxEntry.groupNames": ListSize(3),
    "InvalidPreferences.problems": ListSize(
        1, ("preferences", "notifications", "backends", "users", "matricesOf"), entry=18
    ),
    "MarkAllReadSuccess.entries": ListSize(100, (FIRST,), entry=80),
    "MarkReadSuccess.entries": ListSize(1, ("ids",), entry=10),
    "Notification.backends": _CELLS,
    "Notification.permissions": ListSize(2),
    "NotificationPreferences.cells": _CELLS,
    "PreferenceMatrix.backends": _CELLS,
    "PreferenceMatrix.notifications": _ROWS,
    "PreferenceMatrix.withheld": _ROWS,
    "Query.backends": _CELLS,
    "Query.notifications": _ROWS,
    "UpdateGroupPreferencesSuccess.matrices": _matrices("matricesOf"),
    "UpdateGroupPreferencesSuccess.results": ListSize(1, ("preferences",)),
    "UpdatePreferencesSuccess.results": ListSize(1, ("preferences",)),
    "User.groups": ListSize(10),
    # Introspection:
    "__Directive.args": ListSize(1),
    "__Directive.locations": ListSize(5),
    "__Field.args": ListSize(1),
    "__Schema.directives": ListSize(5),
    "__Schema.types": ListSize(80, entry=32),
    "__Type.enumValues": ListSize(1),
    "__Type.fields": ListSize(4),
    "__Type.inputFields": ListSize(1),
    "__Type.interfaces": ListSize(1),
    "__Type.possibleTypes": ListSize(1),
}
"""Sizes by type and field, for every list of the schema."""

DISCOUNTS: Mapping[str, int] = {
    "Backend": 8,
    "Notification": 8,
    "Delivery.recipient": 8,
    "PreferenceMatrix.user": 8,
    "__Type.ofType": 4,
}
"""Divisors of the cost below a field, by type, or by type and field.

Notifications and backends are answered from a cache. Groups of these users have been read with
them. Most types have no `ofType`.
"""

DISJOINT = {"PreferenceMatrix.notifications", "PreferenceMatrix.withheld"}
"""Lists without common notifications: together they are as long as the catalogue."""

UNSHARED_ROWS = {"PreferenceMatrix.notifications": 45, "PreferenceMatrix.withheld": 45}
"""Cost of each row in documents that select an `id`: such rows are created for one user."""
