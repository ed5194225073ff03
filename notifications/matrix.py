"""Matrices: every cell of a user or a group, decided. Pure, from configuration and facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib.auth.models import Group

from notifications.configuration import (
    BackendEntry,
    Configuration,
    NotificationEntry,
    columns,
)
from notifications.facts import Facts, Membership
from notifications.permissions import held
from notifications.precedence import Decision, decide
from notifications.querysets import Key


@dataclass(frozen=True, slots=True)
class Cell:
    """One (notification, backend) of one user; a value of None is no opinion."""

    notification: NotificationEntry
    backend: BackendEntry
    decision: Decision
    user_value: bool | None
    group_value: bool | None
    default_value: bool


@dataclass(frozen=True, slots=True)
class GroupCell:
    """One (notification, backend) of one group; a value of None is no opinion."""

    notification: NotificationEntry
    backend: BackendEntry
    value: bool | None
    default_value: bool
    settable: bool


C = TypeVar("C", Cell, GroupCell)


@dataclass(frozen=True, slots=True)
class Row(Generic[C]):
    notification: NotificationEntry
    cells: tuple[C, ...]


@dataclass(frozen=True, slots=True)
class Matrix(Generic[C]):
    """Rows and columns in catalogue order; `backends` are those that any of the rows uses."""

    rows: tuple[Row[C], ...]

    @property
    def backends(self) -> tuple[BackendEntry, ...]:
        return columns(row.notification for row in self.rows)

    def row(self, notification: str) -> Row[C] | None:
        return next((row for row in self.rows if row.notification.name == notification), None)


@dataclass(frozen=True, slots=True)
class PreferenceMatrix(Matrix[Cell]):
    """All cells that the user may see.

    `withheld` are the other rows, for lack of a permission or because the user is inactive; they
    are for those who look after the user.
    """

    user: Any
    groups: tuple[Membership, ...]
    withheld: tuple[Row[Cell], ...]


@dataclass(frozen=True, slots=True)
class GroupPreferenceMatrix(Matrix[GroupCell]):
    group: Group


def user_row(notification: NotificationEntry, *, facts: Facts, permitted: bool) -> Row[Cell]:
    """Decide the cells of one notification for one user."""
    cells = []
    for entry in notification.cells:
        key = (notification.id, entry.backend.id)
        user_value, group_value = facts.own.get(key), facts.group_value(key)
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


def permitted(
    user: Any, facts: Facts, configuration: Configuration
) -> Callable[[NotificationEntry], bool]:
    """Return the test whether the user may see, set and be sent a notification."""
    holds = held(user, wanted=configuration.permissions, granted=facts.granted)
    return lambda notification: user.is_active and notification.permissions.keys() <= holds


def user_matrix(user: Any, *, facts: Facts, configuration: Configuration) -> PreferenceMatrix:
    may_see = permitted(user, facts, configuration)
    rows: list[Row[Cell]] = []
    withheld: list[Row[Cell]] = []
    for notification in configuration.public:
        if notification.backends:
            seen = may_see(notification)
            row = user_row(notification, facts=facts, permitted=seen)
            (rows if seen else withheld).append(row)
    return PreferenceMatrix(tuple(rows), user, tuple(facts.groups), tuple(withheld))


def group_matrix(
    group: Group, *, values: Mapping[Key, bool], configuration: Configuration
) -> GroupPreferenceMatrix:
    rows = []
    for notification in configuration.public:
        cells = tuple(
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
        if cells:
            rows.append(Row(notification, cells))
    return GroupPreferenceMatrix(tuple(rows), group)
