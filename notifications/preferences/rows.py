"""Cells and rows of matrices, decided by the rule, and the permission to see them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from notifications.configuration.entries import BackendEntry, Configuration, NotificationEntry
from notifications.models.querysets import Key
from notifications.permissions import held_ids
from notifications.precedence import Decision, decide
from notifications.preferences.user_state import UserState


@dataclass(frozen=True, slots=True)
class Cell:
    """One notification by one backend for one user. A value of None is not set."""

    notification: NotificationEntry
    backend: BackendEntry
    decision: Decision
    user_value: bool | None
    group_value: bool | None
    default_value: bool


@dataclass(frozen=True, slots=True)
class GroupCell:
    """One notification by one backend for one group. A value of None is not set."""

    notification: NotificationEntry
    backend: BackendEntry
    value: bool | None
    default_value: bool
    settable: bool


C = TypeVar("C", Cell, GroupCell)


@dataclass(frozen=True, slots=True, eq=False)
class Row(Generic[C]):
    """The cells of one notification.

    Users with equal cells share a row. Compared by identity, so that it is a quick cache key.
    """

    notification: NotificationEntry
    cells: tuple[C, ...]


def user_row(
    notification: NotificationEntry,
    *,
    permitted: bool,
    user_values: Mapping[Key, bool],
    group_values: Mapping[Key, bool | None],
) -> Row[Cell]:
    """Decide the cells of one notification for one user."""
    cells = []
    for entry in notification.cells:
        key = (notification.id, entry.backend.id)
        user_value, group_value = user_values.get(key), group_values.get(key)
        decision = decide(
            offered=entry.backend.enabled,
            permitted=permitted,
            required=entry.required,
            user_value=user_value,
            group_value=group_value,
            default=entry.default,
        )
        if decision is not None:
            values = (user_value, group_value, entry.default)
            cells.append(Cell(notification, entry.backend, decision, *values))
    return Row(notification, tuple(cells))


def held_permissions(user: Any, state: UserState, configuration: Configuration) -> frozenset[int]:
    """Return the IDs of the permissions of notifications that the user holds.

    Custom authentication backends are called once for each permission.
    """
    return held_ids(user, wanted=configuration.permissions, granted=state.granted)


def permission_check(user: Any, held: frozenset[int]) -> Callable[[NotificationEntry], bool]:
    """Return a function that returns True if the user may see and set a notification."""
    return lambda notification: user.is_active and notification.permissions.keys() <= held


def group_row(notification: NotificationEntry, values: Mapping[Key, bool]) -> Row[GroupCell]:
    """Return the cells of one notification for a group with these preferences."""
    cells = (
        GroupCell(
            notification,
            entry.backend,
            values.get((notification.id, entry.backend.id)),
            entry.default,
            settable=not entry.required,
        )
        for entry in notification.cells
        if entry.backend.enabled
    )
    return Row(notification, tuple(cells))
