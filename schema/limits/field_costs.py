"""Prices of fields and lengths of lists, from which `cost` estimates a request.

The unit is a thousandth of the ordinary matrix query on PostgreSQL: one matrix of 100 notifications
and four backends, without ids, answered again. tests/schema/limits/test_expensive_requests.py holds
the prices to the time that the fields take.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

FIELD = 1
"""The price of a field without a price of its own, in each object."""

FIRST, PAGE = "first", 20
"""The argument that says how long a page is, and the length without it."""

ROWS, CELLS = "rows", "cells"
"""In place of an argument: the numbers of notifications, and of backends of each, that exist."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a field: `once` for each object, and `entries` for each entry of an argument.

    An argument counts with the number of its entries, and `first` with its value.
    """

    once: int
    entries: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Length:
    """The length that a list is taken to have.

    `by` names arguments of the nearest field above that takes arguments: the length is the sum of
    those that are given. `usual` is the length where none is given. `entry` is the price of each
    entry besides its fields. `matrices` are bounded by MAX_MATRICES as well.
    """

    usual: int
    by: tuple[str, ...] = ()
    entry: int = 0
    matrices: bool = False


PRICES: Mapping[str, Price] = {
    "Query.node": Price(1_100),
    "Query.viewer": Price(20),
    "Query.preferences": Price(150),
    "Query.groupPreferences": Price(200),
    "Query.notifications": Price(1_800),
    "Query.notification": Price(1_150),
    "Query.backends": Price(390),
    "Query.inbox": Price(2_200, {FIRST: 50}),
    "Query.deliveries": Price(2_500, {FIRST: 110}),
    "User.groups": Price(480),
    "PreferenceMatrix.notification": Price(150),
    "PreferenceMatrix.withheld": Price(50),
    "InboxEntry.title": Price(54),
    "InboxEntry.text": Price(54),
    "InboxEntry.reason": Price(5),
    "InboxConnection.unreadCount": Price(300),
    "InboxSummary.unreadCount": Price(300),
    "Delivery.recipient": Price(10),
    "MarkReadSuccess.unreadCount": Price(300),
    "MarkAllReadSuccess.unreadCount": Price(300),
    "Mutation.updatePreferences": Price(700, {"preferences": 40}),
    "Mutation.clearPreferences": Price(800, {"users": 45, "notifications": 5, "backends": 5}),
    "Mutation.updateGroupPreferences": Price(2_800, {"preferences": 48, "matricesOf": 60}),
    "Mutation.clearGroupPreferences": Price(
        2_400, {"notifications": 5, "backends": 5, "matricesOf": 60}
    ),
    "Mutation.markRead": Price(900, {"ids": 130}),
    "Mutation.markAllRead": Price(1_250),
}
"""By type and field."""


def _matrices(of: str) -> Length:
    return Length(1, (of,), entry=60, matrices=True)


_CELLS = Length(4, (CELLS,))
_ROWS = Length(100, (ROWS,))

LENGTHS: Mapping[str, Length] = {
    "Delivery.groupNames": Length(3),
    "DeliveryConnection.edges": Length(PAGE, (FIRST,), entry=10),
    "DeliveryConnection.nodes": Length(PAGE, (FIRST,), entry=10),
    "ClearGroupPreferencesSuccess.matrices": _matrices("matricesOf"),
    "ClearPreferencesSuccess.matrices": _matrices("users"),
    "Forbidden.permissions": Length(2),
    "GroupNotificationPreferences.cells": _CELLS,
    "GroupPreferenceMatrix.backends": _CELLS,
    "GroupPreferenceMatrix.notifications": Length(100, (ROWS,), entry=28),
    "InboxConnection.edges": Length(PAGE, (FIRST,), entry=5),
    "InboxConnection.nodes": Length(PAGE, (FIRST,), entry=5),
    "InboxEntry.groupNames": Length(3),
    "InvalidPreferences.problems": Length(
        1, ("preferences", "notifications", "backends", "users", "matricesOf"), entry=18
    ),
    "MarkAllReadSuccess.entries": Length(100, (FIRST,), entry=80),
    "MarkReadSuccess.entries": Length(1, ("ids",), entry=10),
    "Notification.backends": _CELLS,
    "Notification.permissions": Length(2),
    "NotificationPreferences.cells": _CELLS,
    "PreferenceMatrix.backends": _CELLS,
    "PreferenceMatrix.notifications": _ROWS,
    "PreferenceMatrix.withheld": _ROWS,
    "Query.backends": _CELLS,
    "Query.notifications": _ROWS,
    "UpdateGroupPreferencesSuccess.matrices": _matrices("matricesOf"),
    "UpdateGroupPreferencesSuccess.results": Length(1, ("preferences",)),
    "UpdatePreferencesSuccess.results": Length(1, ("preferences",)),
    "User.groups": Length(10),
    # Introspection:
    "__Directive.args": Length(1),
    "__Directive.locations": Length(5),
    "__Field.args": Length(1),
    "__Schema.directives": Length(5),
    "__Schema.types": Length(80, entry=32),
    "__Type.enumValues": Length(1),
    "__Type.fields": Length(4),
    "__Type.inputFields": Length(1),
    "__Type.interfaces": Length(1),
    "__Type.possibleTypes": Length(1),
}
"""By type and field, every list of the schema."""

DISCOUNTS: Mapping[str, int] = {
    "Backend": 8,
    "Notification": 8,
    "Delivery.recipient": 8,
    "PreferenceMatrix.user": 8,
    "__Type.ofType": 4,
}
"""Divisors of the cost below a field, by type, or by type and field.

Completed notifications and backends are remembered for everybody, groups of these users have been
read with them, and most types have no `ofType`.
"""

DISJOINT = {"PreferenceMatrix.notifications", "PreferenceMatrix.withheld"}
"""Lists that no notification is in twice: together they are as long as the catalogue."""

OWN_ROWS = {"PreferenceMatrix.notifications": 45, "PreferenceMatrix.withheld": 45}
"""The price of each row that is created for its owner, as in documents that select an `id`."""
